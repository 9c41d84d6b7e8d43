import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { Part } from '../job/tab.tsx'
import { AlertList } from './alert-list.tsx'

/** The alerts of a job, where there are any. */
export function JobAlerts({ job }: { readonly job: string }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { data } = useQuery({
    ...question('GET /workspaces/:workspace/alerts', { params: { workspace }, query: { job, limit: 20 } }),
    refetchInterval: 10_000,
  })
  // What nobody knows of a job that does not run is no news.
  const alerts = data?.items.filter(({ phase }) => phase !== 'unknown') ?? []
  if (alerts.length === 0) return null
  return (
    <Part title={t('nav.alerts')}>
      <AlertList alerts={alerts} />
    </Part>
  )
}
