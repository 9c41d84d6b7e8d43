import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { timeText } from '../parts/amount.ts'
import { ErrorCard } from '../parts/failure-card.tsx'

/** What became of the notices of a channel. */
export function Deliveries({ channel }: { readonly channel: string }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/alert-channels/:channel/deliveries', { workspace, channel }],
    queryFn: ({ pageParam, signal }) =>
      call(
        'GET /workspaces/:workspace/alert-channels/:channel/deliveries',
        { params: { workspace, channel }, query: { limit: 20, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  if (error !== null) return <ErrorCard error={error} />
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  if (data !== undefined && entries.length === 0) return <p className="quiet small">{t('channels.noDeliveries')}</p>
  return (
    <section style={{ overflowX: 'auto' }} aria-label={t('channels.deliveries')} tabIndex={0}>
      <table className="table">
        <tbody>
          {entries.map(({ sequence, at, kind, outcome, tries, trouble }) => (
            <tr key={sequence}>
              <td style={{ whiteSpace: 'nowrap' }}>{timeText(at)}</td>
              <td>{kind}</td>
              <td>
                {t(`deliveryOutcomes.${outcome}`)} {tries > 1 && <span className="quiet">{t('channels.tries', { count: tries })}</span>}
              </td>
              <td className="quiet">{trouble}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hasNextPage && (
        <Button variant="subtle" onClick={() => void fetchNextPage()}>
          {t('act.more')}
        </Button>
      )}
    </section>
  )
}
