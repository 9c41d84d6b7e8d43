import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import style from './alerts.module.css'
import type { RuleSpec } from './condition.ts'

const shownMax = 8

/** What a rule would see now, before anybody is told anything. */
export function RuleTrial({ spec }: { readonly spec: RuleSpec }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const trial = useMutation({
    mutationFn: (body: RuleSpec) => call('POST /workspaces/:workspace/alert-rules/try', { params: { workspace }, body }),
  })
  const { data } = trial
  const isOld = trial.variables !== spec
  return (
    <section className={style['trial']} aria-label={t('rules.trial')}>
      <div className="row">
        <Button
          variant="default"
          leftSection={<Icon name="play" size={14} />}
          loading={trial.isPending}
          disabled={spec.name.trim() === ''}
          onClick={() => trial.mutate(spec)}
        >
          {t('rules.try')}
        </Button>
        <span className="quiet small" role="status">
          {data === undefined ? t('rules.tryHint') : t(isOld ? 'rules.triedOld' : 'rules.tried', data.counts)}
        </span>
      </div>
      {trial.error !== null && <ErrorCard error={trial.error} />}
      {data !== undefined && (
        <ul>
          {data.jobs.slice(0, shownMax).map(({ job, jobName, sight, text }) => (
            <li key={job} data-sight={sight}>
              <span className="strong">{t(`sights.${sight}`)}</span> {jobName} <span className="quiet">{text}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
