import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import style from './result-panel.module.css'

/** How the text would be run: the plans of its queries. */
export function PlanView({ text }: { readonly text: string }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { mutate, data, error, isPending, variables } = useMutation({
    mutationFn: (asked: string) => call('POST /workspaces/:workspace/sql/explain', { params: { workspace }, body: { text: asked } }),
  })
  const isEmpty = text.trim() === ''
  // Asked once for the text as it is when the view is opened; then by the button.
  const [first] = useState(text)
  useEffect(() => {
    if (first.trim() !== '') mutate(first)
  }, [first, mutate])
  if (isEmpty) return <EmptyPage icon="plan" title={t('sql.planEmptyTitle')} text={t('sql.planEmptyText')} />
  return (
    <>
      <div className={style['status']}>
        <span>{variables === text ? t('sql.planText') : t('sql.planOld')}</span>
        <span className="grow" />
        <Button size="compact-xs" variant="subtle" loading={isPending} onClick={() => mutate(text)}>
          {t('sql.planAgain')}
        </Button>
      </div>
      {error !== null && (
        <div style={{ padding: '0 24px' }}>
          <ErrorCard error={error} />
        </div>
      )}
      {data !== undefined && error === null && (
        <section className={style['scroll']} aria-label={t('sqlViews.plan')} tabIndex={0}>
          <pre className={style['plan']}>{data.plan}</pre>
        </section>
      )}
    </>
  )
}
