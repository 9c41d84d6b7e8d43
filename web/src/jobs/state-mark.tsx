import { Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ageText } from '../parts/amount.ts'
import { useNow } from '../parts/use-now.ts'
import { evidenceOf } from './evidence.ts'
import type { JobState, JobStatus } from './job-line.ts'
import style from './state-mark.module.css'

/** The sign of a state: its form says it too, for those who do not tell the colours apart. */
export function StateSign({ state, isStale = false }: { readonly state: JobState; readonly isStale?: boolean }) {
  return (
    <svg
      className={style['sign']}
      data-state={state}
      data-stale={isStale}
      width="14"
      height="14"
      viewBox="0 0 14 14"
      aria-hidden="true"
      focusable="false"
    >
      {signs[state]}
    </svg>
  )
}

const arc = <path d="M7 2a5 5 0 1 1-5 5" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />

const signs: Readonly<Record<JobState, React.ReactNode>> = {
  running: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" opacity="0.22" />
      <circle cx="7" cy="7" r="3.2" fill="currentColor" />
    </>
  ),
  starting: arc,
  stopping: arc,
  'backing-off': (
    <>
      <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path d="M7 4v3.200l2 1.300" fill="none" stroke="currentColor" strokeWidth="1.600" strokeLinecap="round" />
    </>
  ),
  failed: (
    <>
      <path d="M7 .8 13.200 7 7 13.200.8 7z" fill="currentColor" />
      <path d="M5.200 5.200l3.600 3.600M8.800 5.200 5.200 8.800" stroke="var(--paper)" strokeWidth="1.400" strokeLinecap="round" />
    </>
  ),
  finished: (
    <path d="M2.500 7.500l3 3 6-7" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
  ),
  stopped: <rect x="3" y="3" width="8" height="8" rx="1.500" fill="none" stroke="currentColor" strokeWidth="1.800" />,
}

interface StateMarkProps {
  readonly status: JobStatus
  /** When the server said so. */
  readonly answeredAt: number
  /** Whether it says who saw it. */
  readonly isLong?: boolean
  readonly isInline?: boolean
}

/** A state with what is known about how true it is: `running · seen 3s ago by processes of this server`. */
export function StateMark({ status, answeredAt, isLong = false, isInline = isLong }: StateMarkProps) {
  const { t, i18n } = useTranslation()
  const evidence = evidenceOf(status, useNow() - answeredAt)
  const age = evidence.ageMs === null ? '' : ageText(evidence.ageMs, i18n.language)
  const phrase =
    evidence.phrase === 'settled'
      ? ''
      : t(`evidence.${evidence.ageMs === null && evidence.phrase === 'unreachable' ? 'unreachableNever' : evidence.phrase}`, { age })
  const whole = [t(`states.${status.state}`), phrase, t('evidence.by', { source: evidence.source }), evidence.reason, status.reason.message]
    .filter(Boolean)
    .join(' · ')
  return (
    <Tooltip label={whole} multiline maw={360} events={{ hover: true, focus: true, touch: true }}>
      <div className={style['mark']} data-state={status.state} data-stale={evidence.isStale} data-inline={isInline}>
        <span className={style['label']}>
          <StateSign state={status.state} isStale={evidence.isStale} />
          {t(`states.${status.state}`)}
        </span>
        {phrase !== '' && (
          <span className={style['evidence']}>
            {phrase}
            {isLong && ` ${t('evidence.by', { source: evidence.source })}`}
          </span>
        )}
      </div>
    </Tooltip>
  )
}
