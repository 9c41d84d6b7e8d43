import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, call } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import style from './catalog.module.css'
import { iconOf } from './entry-name.ts'

type Database = Answer<'GET /workspaces/:workspace/catalog/tree'>[number]['databases'][number]

interface CatalogTreeProps {
  readonly catalog: string | undefined
  readonly database: string | undefined
  readonly entry: string | undefined
}

/** Catalogs and their databases; of the one that is open, what is in it. */
export function CatalogTree({ catalog, database, entry }: CatalogTreeProps) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { data, error } = useQuery(question('GET /workspaces/:workspace/catalog/tree', { params: { workspace } }))
  return (
    <nav className={style['tree']} aria-label={t('catalog.tree')}>
      <Link
        to="/w/$workspace/catalog"
        params={{ workspace }}
        className={style['node']}
        activeOptions={{ exact: true, includeSearch: true }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Icon name="catalog" size={14} />
        <span className="one-line">{t('catalog.everything')}</span>
      </Link>
      {error !== null && <ErrorCard error={error} />}
      <ul>
        {(data ?? []).map((each) => (
          <li key={each.name}>
            <div className={style['group']} title={each.name}>
              <span className="one-line">{each.name}</span>
            </div>
            <ul>
              {each.databases.map((one) => {
                const isOpen = each.name === catalog && one.name === database
                return <DatabaseNode key={one.name} catalog={each.name} database={one} isOpen={isOpen} entry={entry} />
              })}
            </ul>
          </li>
        ))}
      </ul>
    </nav>
  )
}

interface DatabaseNodeProps {
  readonly catalog: string
  readonly database: Database
  readonly isOpen: boolean
  readonly entry: string | undefined
}

function DatabaseNode({ catalog, database, isOpen, entry }: DatabaseNodeProps) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const [isFolded, setFolded] = useState(false)
  const count = database.tables + database.views + database.functions + database.connections
  const isShown = isOpen && !isFolded
  return (
    <li>
      <div className={style['line']}>
        <Link
          to="/w/$workspace/catalog"
          params={{ workspace }}
          search={{ catalog, database: database.name }}
          className={style['node']}
          aria-current={isOpen && entry === undefined ? 'page' : undefined}
          title={database.name}
        >
          <Icon name="folder" size={14} />
          <span className="one-line">{database.name}</span>
          <span className={style['count']}>{count}</span>
        </Link>
        {isOpen && count > 0 && (
          <button
            type="button"
            className={style['fold']}
            aria-expanded={isShown}
            aria-label={t('catalog.fold', { name: database.name })}
            onClick={() => setFolded(!isFolded)}
          >
            <Icon name={isShown ? 'down' : 'right'} size={12} />
          </button>
        )}
      </div>
      {isShown && <Objects catalog={catalog} database={database.name} entry={entry} />}
    </li>
  )
}

function Objects({
  catalog,
  database,
  entry,
}: {
  readonly catalog: string
  readonly database: string
  readonly entry: string | undefined
}) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { data, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/catalog', { workspace, catalog, database, in: 'tree' }],
    queryFn: ({ pageParam, signal }) =>
      call(
        'GET /workspaces/:workspace/catalog',
        { params: { workspace }, query: { catalog, database, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const objects = (data?.pages ?? []).flatMap(({ items }) => items).filter(({ path }) => path.length === 3)
  return (
    <ul>
      {objects.map(({ id, kind, path }) => (
        <li key={id}>
          <Link
            to="/w/$workspace/catalog/$entry"
            params={{ workspace, entry: id }}
            className={style['node']}
            aria-current={id === entry ? 'page' : undefined}
            title={path[2]}
          >
            <Icon name={iconOf[kind]} size={13} />
            <span className="one-line">{path[2]}</span>
          </Link>
        </li>
      ))}
      {hasNextPage && (
        <li>
          <button type="button" className={style['node']} onClick={() => void fetchNextPage()}>
            {t('act.more')}
          </button>
        </li>
      )}
    </ul>
  )
}
