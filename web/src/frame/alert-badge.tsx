import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import style from './navigation.module.css'

/** How many alerts fire, and are not silenced. */
export function AlertBadge({ workspace }: { readonly workspace: string }) {
  const { t } = useTranslation()
  const { data } = useQuery({
    ...question('GET /workspaces/:workspace/alerts', { params: { workspace }, query: { phase: 'firing', limit: 1 } }),
    refetchInterval: 10_000,
  })
  const firing = data?.counts.firing ?? 0
  if (firing === 0) return null
  return (
    <span className={style['badge']}>
      <span aria-hidden="true">{firing > 99 ? '99+' : firing}</span>
      <span className="hidden">{t('alerts.firingCount', { count: firing })}</span>
    </span>
  )
}
