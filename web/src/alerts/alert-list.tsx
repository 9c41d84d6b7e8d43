import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { ageText, timeText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import style from './alerts.module.css'
import { SeverityMark } from './severity-mark.tsx'
import { SilenceDialog } from './silence-dialog.tsx'

export type Alert = Answer<'GET /workspaces/:workspace/alerts'>['items'][number]

/** Alerts with what was seen, who says so, and how old that is. */
export function AlertList({ alerts }: { readonly alerts: readonly Alert[] }) {
  const [silenced, setSilenced] = useState<Alert>()
  return (
    <>
      <ul className={`sheet ${style['alerts']}`}>
        {alerts.map((alert) => (
          <AlertItem key={alert.id} alert={alert} onSilence={() => setSilenced(alert)} />
        ))}
      </ul>
      {silenced !== undefined && (
        <SilenceDialog
          rule={{ id: silenced.rule, name: silenced.ruleName }}
          job={silenced.job === '' ? null : { id: silenced.job, name: silenced.jobName }}
          onClose={() => setSilenced(undefined)}
        />
      )}
    </>
  )
}

function AlertItem({ alert, onSilence }: { readonly alert: Alert; readonly onSilence: () => void }) {
  const { t, i18n } = useTranslation()
  const { workspace, may } = useWorkspace()
  const now = useNow()
  const age = (at: number): string => ageText(now - at, i18n.language)
  const { rule, ruleName, severity, job, jobName, phase, since, text, source, seenAt, isSilenced, notifiedAt } = alert
  const facts = [
    t('alerts.since', { age: age(since) }),
    ...(seenAt === null ? [] : [t('alerts.seen', { source, age: age(seenAt) })]),
    isSilenced ? t('alerts.silenced') : notifiedAt === null ? t('alerts.untold') : t('alerts.told', { age: age(notifiedAt) }),
  ]
  return (
    <li className={style['alert']} data-phase={phase} data-silenced={isSilenced}>
      <SeverityMark severity={severity} phase={phase} />
      <div className="stack grow" style={{ gap: 2 }}>
        <div className="row wrap" style={{ gap: 8 }}>
          <Link to="/w/$workspace/alerts/rules" params={{ workspace }} search={{ rule }} className={style['ruleName']}>
            {ruleName}
          </Link>
          {job !== '' && (
            <Link to="/w/$workspace/jobs/$job" params={{ workspace, job }} className={style['job']}>
              <Icon name="jobs" size={13} />
              {jobName}
            </Link>
          )}
        </div>
        <p className={style['text']}>{text}</p>
        <p className="quiet small" title={timeText(since)}>
          {facts.join(' · ')}
        </p>
      </div>
      {may.operate && phase === 'firing' && !isSilenced && (
        <Button variant="subtle" onClick={onSilence}>
          {t('alerts.silence')}
        </Button>
      )}
    </li>
  )
}
