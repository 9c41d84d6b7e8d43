import { Button, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { timeText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { SettingsFrame } from './settings-frame.tsx'

const route = getRouteApi('/frame/w/$workspace/settings/audit')

export function AuditPage() {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [typed, setTyped] = useState(search.subject ?? '')
  const tell = useDebouncedCallback((subject: string) => void navigate({ search: subject === '' ? {} : { subject }, replace: true }), 300)
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/audit', workspace, search],
    queryFn: ({ pageParam, signal }) =>
      call(
        'GET /workspaces/:workspace/audit',
        { params: { workspace }, query: { ...search, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <SettingsFrame title={t('settings.audit')} text={t('audit.text')}>
      <TextInput
        type="search"
        maw={320}
        aria-label={t('audit.subject')}
        placeholder={t('audit.subject')}
        leftSection={<Icon name="search" size={14} />}
        value={typed}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value)
          tell(currentTarget.value)
        }}
      />
      {error !== null && <ErrorCard error={error} />}
      {data !== undefined && entries.length === 0 && <EmptyPage icon="log" title={t('audit.emptyTitle')} text={t('audit.emptyText')} />}
      {entries.length > 0 && (
        <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('settings.audit')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th>{t('audit.at')}</th>
                <th>{t('audit.by')}</th>
                <th>{t('audit.action')}</th>
                <th>{t('audit.subject')}</th>
                <th>{t('audit.outcome')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.sequence}>
                  <td style={{ whiteSpace: 'nowrap' }}>{timeText(entry.at)}</td>
                  <td>{entry.by}</td>
                  <td className="mono">{entry.action}</td>
                  <td>{entry.subject}</td>
                  <td>
                    {t(`outcomes.${entry.outcome}`)} <span className="quiet">{entry.detail}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {hasNextPage && (
        <div>
          <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('act.more')}
          </Button>
        </div>
      )}
    </SettingsFrame>
  )
}
