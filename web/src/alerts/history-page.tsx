import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { timeText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { AlertsFrame } from './alerts-frame.tsx'
import { SeverityMark } from './severity-mark.tsx'

/** What fired and what was over, newest first. */
export function HistoryPage() {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/alerts/history', { workspace }],
    queryFn: ({ pageParam, signal }) =>
      call(
        'GET /workspaces/:workspace/alerts/history',
        { params: { workspace }, query: { limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <AlertsFrame tab="history" text={t('alerts.historyText')}>
      {error !== null && <ErrorCard error={error} />}
      {data !== undefined && entries.length === 0 && (
        <EmptyPage icon="history" title={t('alerts.noHistoryTitle')} text={t('alerts.noHistoryText')} />
      )}
      {entries.length > 0 && (
        <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('alertTabs.history')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th>{t('audit.at')}</th>
                <th>{t('alerts.what')}</th>
                <th>{t('alerts.rule')}</th>
                <th>{t('alerts.job')}</th>
                <th>{t('alerts.evidence')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map(({ sequence, at, kind, severity, ruleName, job, jobName, text }) => (
                <tr key={sequence}>
                  <td style={{ whiteSpace: 'nowrap' }}>{timeText(at)}</td>
                  <td>
                    {kind === 'watcher-silent' ? (
                      t('alerts.watcherSilent')
                    ) : (
                      <SeverityMark severity={severity} phase={kind === 'fired' ? 'firing' : 'resolved'} />
                    )}
                  </td>
                  <td>{ruleName}</td>
                  <td>
                    {job !== '' && (
                      <Link to="/w/$workspace/jobs/$job" params={{ workspace, job }}>
                        {jobName}
                      </Link>
                    )}
                  </td>
                  <td className="quiet">{text}</td>
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
    </AlertsFrame>
  )
}
