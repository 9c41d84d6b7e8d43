import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { timeText } from '../parts/amount.ts'
import { Chip } from '../parts/chip.tsx'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { LinkButton } from '../parts/link-button.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { entryKinds, type readCatalogSearch } from '../search.ts'
import style from './catalog.module.css'
import { CatalogFrame } from './catalog-frame.tsx'
import { MakeConnection, NoConnections } from './connection-parts.tsx'
import { type EntryLine, iconOf } from './entry-name.ts'

const route = getRouteApi('/frame/w/$workspace/catalog')
const pageSize = 100

type Search = ReturnType<typeof readCatalogSearch>

export function CatalogPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { entries, total, error, isPending, more, isLoadingMore } = useEntries(search)
  const change = (changes: { readonly [Name in keyof Search]?: Search[Name] | undefined }): void =>
    void navigate({ search: (last) => ({ ...last, ...changes }) as Search, replace: true })
  return (
    <CatalogFrame catalog={search.catalog} database={search.database} title={t('nav.catalog')} head={<Crumbs search={search} />}>
      <div className={style['bar']}>
        <SearchField label={t('catalog.search')} text={search.search ?? ''} onChange={(text) => change({ search: text || undefined })} />
        <fieldset className={style['chips']}>
          <legend className="hidden">{t('catalog.byKind')}</legend>
          <Chip isOn={search.kind === undefined} label={t('jobs.all')} onClick={() => change({ kind: undefined })} />
          {entryKinds.map((kind) => (
            <Chip
              key={kind}
              isOn={search.kind === kind}
              label={t(`entryKinds.${kind}s`)}
              sign={<Icon name={iconOf[kind]} size={13} />}
              onClick={() => change({ kind: search.kind === kind ? undefined : kind })}
            />
          ))}
        </fieldset>
        <span className="grow" />
        {search.kind === 'connection' && entries.length > 0 && <MakeConnection />}
        {total !== undefined && (
          <span className="quiet small" role="status">
            {t('catalog.count', { count: total })}
          </span>
        )}
      </div>
      {error !== null && <ErrorCard error={error} />}
      {entries.length > 0 && <EntryTable entries={entries} />}
      {more !== undefined && (
        <div>
          <Button variant="subtle" loading={isLoadingMore} onClick={more}>
            {t('act.more')}
          </Button>
        </div>
      )}
      {!isPending && error === null && entries.length === 0 && <Nothing search={search} onAll={() => void navigate({ search: {} })} />}
    </CatalogFrame>
  )
}

function useEntries(search: Search) {
  const { workspace } = useWorkspace()
  const found = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/catalog', { workspace, ...search }],
    queryFn: ({ pageParam, signal }) =>
      call(
        'GET /workspaces/:workspace/catalog',
        { params: { workspace }, query: { ...search, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  return {
    // Catalogs and databases are in the tree.
    entries: (found.data?.pages ?? []).flatMap(({ items }) => items).filter(({ path }) => path.length === 3),
    total: found.data?.pages[0]?.total,
    error: found.error,
    isPending: found.isPending,
    more: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    isLoadingMore: found.isFetchingNextPage,
  }
}

function Crumbs({ search: { catalog, database } }: { readonly search: Search }) {
  const { t } = useTranslation()
  return <h1 className="one-line">{database === undefined ? t('nav.catalog') : `${catalog ?? ''}.${database}`}</h1>
}

function EntryTable({ entries }: { readonly entries: readonly EntryLine[] }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  return (
    <section className={`sheet ${style['entries']}`} aria-label={t('nav.catalog')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('jobs.name')}</th>
            <th>{t('catalog.database')}</th>
            <th>{t('catalog.connector')}</th>
            <th className="number">{t('catalog.columns')}</th>
            <th>{t('jobs.changed')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ id, kind, path, connector, columns, comment, changedAt, changedBy }) => (
            <tr key={id}>
              <td>
                <Link to="/w/$workspace/catalog/$entry" params={{ workspace, entry: id }} className={style['name']}>
                  <Icon name={iconOf[kind]} size={14} />
                  <span className="hidden">{t(`entryKinds.${kind}`)}</span>
                  <span>{path[2]}</span>
                </Link>
                {comment !== null && <div className={`quiet small ${style['comment']}`}>{comment}</div>}
              </td>
              <td className="quiet">
                {path[0]}.{path[1]}
              </td>
              <td>{connector ?? <span className="quiet">{t(`entryKinds.${kind}`)}</span>}</td>
              <td className="number">{columns ?? ''}</td>
              <td className="quiet small">
                {timeText(changedAt)} · {changedBy}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Nothing({ search: { search, kind }, onAll }: { readonly search: Search; readonly onAll: () => void }) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  if (kind === 'connection' && search === undefined) return <NoConnections />
  if (search !== undefined || kind !== undefined)
    return (
      <EmptyPage icon="search" title={t('catalog.noneTitle')} text={t('jobs.noneText')}>
        <Button variant="default" onClick={onAll}>
          {t('catalog.showAll')}
        </Button>
      </EmptyPage>
    )
  return (
    <EmptyPage icon="catalog" title={t('catalog.emptyTitle')} text={t('catalog.emptyText')}>
      {may.develop && (
        <LinkButton to="/w/$workspace/sql" params={{ workspace }} leftSection={<Icon name="sql" />}>
          {t('catalog.make')}
        </LinkButton>
      )}
    </EmptyPage>
  )
}
