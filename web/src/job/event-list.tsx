import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { ageText, timeText } from '../parts/amount.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { useNow } from '../parts/use-now.ts'
import style from './event-list.module.css'
import { useJobParams } from './use-job.ts'

const kinds = ['status', 'version', 'wish', 'savepoint'] as const

/** A newer server may tell of more than this page knows. */
function kindText(t: TFunction, kind: string): string {
  const known = kinds.find((each) => each === kind)
  return known === undefined ? kind : t(`eventKinds.${known}`)
}

export function EventList() {
  const { t, i18n } = useTranslation()
  const params = useJobParams()
  const now = useNow()
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/jobs/:job/events', params],
    queryFn: ({ pageParam, signal }) =>
      call(
        'GET /workspaces/:workspace/jobs/:job/events',
        { params, query: { limit: 20, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 2 ? false : 5000),
  })
  if (error !== null) return <ErrorCard error={error} />
  const events = data?.pages.flatMap(({ items }) => items) ?? []
  if (data !== undefined && events.length === 0) return <p className="quiet small">{t('overview.noEvents')}</p>
  return (
    <>
      <ol className={style['events']}>
        {events.map(({ sequence, at, by, kind, text }) => (
          <li key={sequence}>
            <time className="quiet" dateTime={new Date(at).toISOString()} title={timeText(at)}>
              {ageText(now - at, i18n.language)}
            </time>
            <div className="grow">
              <div>{text}</div>
              <div className="quiet small">
                {kindText(t, kind)} · {by}
              </div>
            </div>
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <div>
          <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('act.more')}
          </Button>
        </div>
      )}
    </>
  )
}
