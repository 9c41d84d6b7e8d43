import { Button } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { Chip } from '../parts/chip.tsx'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { LinkButton } from '../parts/link-button.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { alertPhases, type readAlertsSearch } from '../search.ts'
import { AlertList } from './alert-list.tsx'
import style from './alerts.module.css'
import { AlertsFrame } from './alerts-frame.tsx'
import { SilenceList } from './silence-list.tsx'
import { StartingRules } from './starting-rules.tsx'

const route = getRouteApi('/frame/w/$workspace/alerts')
const intervalMs = 5000

type Search = ReturnType<typeof readAlertsSearch>

/** What fires now, what is about to, and of what nobody knows. */
export function AlertsPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { workspace } = useWorkspace()
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/alerts', { workspace, ...search }],
    queryFn: ({ pageParam, signal }) =>
      call(
        'GET /workspaces/:workspace/alerts',
        { params: { workspace }, query: { ...search, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    refetchInterval: intervalMs,
  })
  const alerts = data?.pages.flatMap(({ items }) => items) ?? []
  const counts = data?.pages[0]?.counts
  const change = (changes: { readonly [Name in keyof Search]?: Search[Name] | undefined }): void =>
    void navigate({ search: (last) => ({ ...last, ...changes }) as Search, replace: true })
  return (
    <AlertsFrame tab="now" text={t('alerts.text')}>
      <div className={style['bar']}>
        <SearchField label={t('alerts.search')} text={search.search ?? ''} onChange={(text) => change({ search: text || undefined })} />
        <fieldset className={style['chips']}>
          <legend className="hidden">{t('alerts.byPhase')}</legend>
          <Chip isOn={search.phase === undefined} label={t('jobs.all')} onClick={() => change({ phase: undefined })} />
          {alertPhases.map((phase) => (
            <Chip
              key={phase}
              isOn={search.phase === phase}
              label={t(`alertPhases.${phase}`)}
              count={phase === 'firing' ? (counts?.firing ?? 0) + (counts?.silenced ?? 0) : (counts?.[phase] ?? 0)}
              onClick={() => change({ phase: search.phase === phase ? undefined : phase })}
            />
          ))}
        </fieldset>
      </div>
      {error !== null && <ErrorCard error={error} />}
      {alerts.length > 0 && <AlertList alerts={alerts} />}
      {data !== undefined && alerts.length === 0 && <Quiet isFiltered={search.search !== undefined || search.phase !== undefined} />}
      {hasNextPage && (
        <div>
          <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('act.more')}
          </Button>
        </div>
      )}
      <SilenceList />
    </AlertsFrame>
  )
}

/** Nothing fires: because all is well, or because nobody watches. */
function Quiet({ isFiltered }: { readonly isFiltered: boolean }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { data: rules } = useQuery(question('GET /workspaces/:workspace/alert-rules', { params: { workspace } }))
  if (isFiltered) return <EmptyPage icon="search" title={t('alerts.noneTitle')} text={t('jobs.noneText')} />
  if (rules === undefined) return null
  if (rules.length === 0) return <StartingRules />
  return (
    <EmptyPage
      icon="check"
      title={t('alerts.quietTitle')}
      text={t('alerts.quietText', { count: rules.filter(({ spec }) => spec.isActive).length })}
    >
      <LinkButton to="/w/$workspace/alerts/rules" params={{ workspace }} variant="default" leftSection={<Icon name="bell" />}>
        {t('alertTabs.rules')}
      </LinkButton>
    </EmptyPage>
  )
}
