import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { WaitingPage } from '../frame/other-pages.tsx'
import { useWorkspace } from '../frame/use-me.ts'
import tabStyle from '../job/job-page.module.css'
import { Icon } from '../parts/icon.tsx'
import { entryViews } from '../search.ts'
import { keepTab } from '../sql/use-sql-tabs.ts'
import style from './catalog.module.css'
import { CatalogFrame } from './catalog-frame.tsx'
import { DropDialog } from './drop-dialog.tsx'
import { EntryFacts } from './entry-facts.tsx'
import { alterStatement, type Entry, iconOf, rowsStatement } from './entry-name.ts'
import { EntryRows } from './entry-rows.tsx'
import { EntryVersions } from './entry-versions.tsx'

const LineageView = lazy(() => import('./lineage-view.tsx').then(({ LineageView: component }) => ({ default: component })))

const route = getRouteApi('/frame/w/$workspace/catalog/$entry')

/** One thing of the catalog in full. */
export function EntryPage() {
  const { workspace } = useWorkspace()
  const { entry: id } = route.useParams()
  const params = { workspace, entry: id }
  const { data: entry } = useSuspenseQuery(question('GET /workspaces/:workspace/catalog/:entry', { params }))
  const { view = 'columns' } = route.useSearch()
  const [catalog, database] = entry.path
  return (
    <CatalogFrame
      title={entry.path.at(-1) ?? ''}
      catalog={catalog}
      database={database}
      entry={id}
      isFilled
      head={<Head entry={entry} />}
      actions={<Actions entry={entry} />}
      below={<Views entry={entry} />}
    >
      <Suspense fallback={<WaitingPage />}>
        {view === 'columns' && <EntryFacts entry={entry} />}
        {view === 'rows' && <EntryRows key={id} entry={entry} />}
        {view === 'lineage' && <LineageView object={id} />}
        {view === 'versions' && <EntryVersions entry={entry} />}
      </Suspense>
    </CatalogFrame>
  )
}

function Head({ entry: { kind, path, connector, comment, version } }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const [catalog = '', database = ''] = path
  return (
    <div className={style['head']}>
      {path.length > 2 && (
        <Link to="/w/$workspace/catalog" params={{ workspace }} search={{ catalog, database }} className="quiet small one-line">
          {catalog}.{database}
        </Link>
      )}
      <h1>
        <Icon name={iconOf[kind]} size={18} />
        {path.at(-1)}
        <span className={style['badge']}>{connector ?? t(`entryKinds.${kind}`)}</span>
        <span className="quiet small">v{version}</span>
      </h1>
      {comment !== null && <p className="quiet small">{comment}</p>}
    </div>
  )
}

function Actions({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const navigate = useNavigate()
  const [isDropping, setDropping] = useState(false)
  if (!may.develop) return null
  const open = (): void => {
    const text = entry.kind === 'connection' ? alterStatement(entry) : rowsStatement(entry.path)
    const tab = keepTab(workspace, t('sql.query'), `${text};\n`)
    void navigate({ to: '/w/$workspace/sql', params: { workspace }, search: { tab } })
  }
  return (
    <>
      {(hasRows(entry) || entry.kind === 'connection') && (
        <Button variant="default" leftSection={<Icon name="sql" size={14} />} onClick={open}>
          {t(entry.kind === 'connection' ? 'catalog.changeInSql' : 'catalog.openInSql')}
        </Button>
      )}
      <Button variant="default" leftSection={<Icon name="bin" size={14} />} onClick={() => setDropping(true)}>
        {t('catalog.drop')}
      </Button>
      {isDropping && <DropDialog entry={entry} onClose={() => setDropping(false)} />}
    </>
  )
}

function hasRows({ kind }: Entry): boolean {
  return kind === 'table' || kind === 'view'
}

/** Rows do not go through a connection by itself: what uses it has a lineage. */
function isShown(view: (typeof entryViews)[number], entry: Entry, mayDevelop: boolean): boolean {
  if (view === 'rows') return mayDevelop && hasRows(entry)
  return view !== 'lineage' || entry.kind !== 'connection'
}

function Views({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { view: current = 'columns' } = route.useSearch()
  const shown = entryViews.filter((view) => isShown(view, entry, may.develop))
  return (
    <nav className={tabStyle['tabs']} aria-label={t('catalog.views')}>
      {shown.map((view) => (
        <Link
          key={view}
          to="/w/$workspace/catalog/$entry"
          params={{ workspace, entry: entry.id }}
          search={view === 'columns' ? {} : { view }}
          className={tabStyle['tab']}
          aria-current={view === current ? 'page' : undefined}
          activeOptions={{ exact: true, includeSearch: true }}
          activeProps={{}}
          replace
        >
          {t(`entryViews.${view}`)}
        </Link>
      ))}
    </nav>
  )
}
