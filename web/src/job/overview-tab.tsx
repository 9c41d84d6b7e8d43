import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { JobAlerts } from '../alerts/job-alerts.tsx'
import type { Job } from '../jobs/job-line.ts'
import { RateBook } from '../jobs/rate-book.ts'
import { ageText, bytesText, countText, durationText, timeText } from '../parts/amount.ts'
import { FailureCard } from '../parts/failure-card.tsx'
import { SqlText } from '../parts/sql-text.tsx'
import { useNow } from '../parts/use-now.ts'
import { EventList } from './event-list.tsx'
import style from './overview-tab.module.css'
import { Part, Tab } from './tab.tsx'
import { useJob, useJobParams, useOperators } from './use-job.ts'

const rates = new RateBook()

export function OverviewTab() {
  const { t } = useTranslation()
  const params = useJobParams()
  const { job } = useJob()
  const { failure } = job.status
  return (
    <Tab>
      {failure !== null && <FailureCard failure={failure} source={job.spec.program.text} />}
      <Intent job={job} />
      <KeyNumbers job={job} />
      <JobAlerts job={job.id} />
      <Waiting job={job} />
      <div className={style['columns']}>
        <Part title={t('overview.events')}>
          <EventList />
        </Part>
        <div className="stack wide">
          <Part
            title={t('overview.script')}
            actions={
              <Link to="/w/$workspace/jobs/$job/settings" params={params} className="small">
                {t('act.edit')}
              </Link>
            }
          >
            <section className={`sheet ${style['script']}`} aria-label={t('overview.script')} tabIndex={0}>
              <SqlText text={job.spec.program.text} />
            </section>
          </Part>
          <Part title={t('overview.facts')}>
            <Facts job={job} />
          </Part>
        </div>
      </div>
    </Tab>
  )
}

/** What was asked for and is not so yet. */
function Intent({ job: { status, wanted } }: { readonly job: Job }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const age = (at: number): string => ageText(Math.abs(now - at), i18n.language)
  const said: string[] = [status.reason.message, status.trouble?.message ?? '', status.trouble?.hint ?? '']
  if (status.intent !== null)
    said.push(t(`overview.intent.${status.intent.kind}`, { age: age(status.intent.since), attempt: status.intent.attempt }))
  if (status.restart.nextAt !== null)
    said.push(t('overview.nextTry', { age: age(status.restart.nextAt), failures: status.restart.failures }))
  const isBehind = status.run !== null && wanted.state === 'running' && status.run.version !== wanted.version
  if (isBehind) said.push(t('overview.otherVersion', { runs: status.run?.version, wanted: wanted.version }))
  const shown = said.filter((each) => each !== '')
  if (shown.length === 0) return null
  return (
    <p className={style['intent']} data-trouble={status.trouble !== null}>
      {shown.join(' · ')}
    </p>
  )
}

function KeyNumbers({ job }: { readonly job: Job }) {
  const { t } = useTranslation()
  const now = useNow()
  const { run, state, evidence } = job.status
  const operators = useOperators(state === 'running').data
  const report = run?.report ?? null
  if (run === null) return <p className="quiet">{t('overview.neverRan')}</p>
  const isMoving = state === 'running' && evidence.kind === 'present'
  const rate = report === null || !isMoving ? undefined : rates.note(job.id, String(run.attempt), report)
  const checkpoints = operators?.checkpoints ?? null
  const facts: (readonly [string, string, string?])[] = [
    [
      t('numbers.uptime'),
      run.startedAt === null ? '–' : durationText((run.endedAt ?? now) - run.startedAt),
      t('numbers.attempt', { attempt: run.attempt }),
    ],
    [
      t('numbers.rowsIn'),
      report === null ? '–' : countText(report.rowsIn),
      rate && t('numbers.perSecond', { amount: countText(rate.inPerSecond) }),
    ],
    [
      t('numbers.rowsOut'),
      report === null ? '–' : countText(report.rowsOut),
      rate && t('numbers.perSecond', { amount: countText(rate.outPerSecond) }),
    ],
    [t('numbers.watermark'), ...watermarkTexts(report?.watermark ?? null, now)],
    [
      t('numbers.late'),
      report === null ? '–' : countText(report.lateRows),
      report === null ? undefined : t('numbers.skipped', { amount: countText(report.skippedRows) }),
    ],
    [
      t('numbers.checkpoint'),
      checkpoints === null || checkpoints.lastDurationMs === null ? '–' : durationText(checkpoints.lastDurationMs),
      checkpoints === null
        ? undefined
        : t('numbers.checkpoints', {
            count: checkpoints.completed,
            size: bytesText(checkpoints.lastFullBytes ?? checkpoints.lastBytes ?? 0),
          }),
    ],
  ].map(([name = '', value = '–', more]) => [name, value, more] as const as readonly [string, string, string?])
  return (
    <dl className={`sheet ${style['numbers']}`}>
      {facts.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd className="quiet small">{more ?? ' '}</dd>
        </div>
      ))}
    </dl>
  )
}

function watermarkTexts(watermark: number | null, now: number): [string, string?] {
  if (watermark === null) return ['–']
  const behind = now - watermark
  return [durationText(Math.abs(behind)), timeText(watermark)]
}

/** Tables that hold the others back. */
function Waiting({ job }: { readonly job: Job }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const waiting = job.status.run?.report?.waiting ?? []
  if (waiting.length === 0) return null
  return (
    <ul className={style['waiting']}>
      {waiting.map(({ table, reason, since }) => (
        <li key={table}>
          <code>{table}</code> {reason} <span className="quiet">{t('overview.waiting', { age: ageText(now - since, i18n.language) })}</span>
        </li>
      ))}
    </ul>
  )
}

function Facts({ job }: { readonly job: Job }) {
  const { t } = useTranslation()
  const { spec } = job
  const facts: readonly (readonly [string, string])[] = [
    [t('form.engine'), spec.engine.kind === 'flink' ? `Flink · ${spec.engine.cluster}` : t('form.embedded')],
    [t('form.parallelism'), String(spec.parallelism)],
    [t('form.checkpoints'), durationText(spec.checkpointIntervalMs)],
    [t('form.latency'), t(`tiers.${spec.latencyTier}`)],
    [t('form.owner'), spec.owner],
    [t('form.tags'), spec.tags.join(', ') || '–'],
    [t('overview.changed'), t('overview.changedBy', { time: timeText(job.changedAt), name: job.changedBy })],
    [
      t('overview.wanted'),
      t('overview.wantedBy', { state: t(`states.${job.wanted.state}`), name: job.wanted.askedBy, time: timeText(job.wanted.askedAt) }),
    ],
  ]
  return (
    <dl className={style['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
