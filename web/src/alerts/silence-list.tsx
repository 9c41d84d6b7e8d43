import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { timeText } from '../parts/amount.ts'
import { useNow } from '../parts/use-now.ts'
import style from './alerts.module.css'

/** What people are not told for a time. */
export function SilenceList() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const params = { workspace }
  const { data: silences = [] } = useQuery(question('GET /workspaces/:workspace/alert-silences', { params }))
  const { data: rules = [] } = useQuery(question('GET /workspaces/:workspace/alert-rules', { params }))
  const end = useChange('DELETE /workspaces/:workspace/alert-silences/:silence', {
    stale: ['GET /workspaces/:workspace/alert-silences', 'GET /workspaces/:workspace/alerts'],
  })
  const now = useNow()
  const current = silences.filter(({ spec }) => spec.until > now)
  if (current.length === 0) return null
  return (
    <section className="stack" aria-label={t('silences.title')}>
      <h2>{t('silences.title')}</h2>
      <ul className={`sheet ${style['silences']}`}>
        {current.map(({ id, by, spec }) => (
          <li key={id}>
            <div className="grow">
              <span className="strong">{rules.find((rule) => rule.id === spec.rule)?.spec.name ?? t('silences.allRules')}</span>{' '}
              {spec.job === null && <span className="quiet">{t('silences.allJobs')}</span>}
              <div className="quiet small">
                {t('silences.until', { time: timeText(spec.until), name: by })} {spec.comment !== '' && `· ${spec.comment}`}
              </div>
            </div>
            {may.operate && (
              <Button variant="subtle" onClick={() => end.mutate({ params: { workspace, silence: id } })}>
                {t('silences.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
