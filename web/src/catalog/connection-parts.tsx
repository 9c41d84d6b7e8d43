/** What is shown of connections alone. */
import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { Icon } from '../parts/icon.tsx'
import { SqlText } from '../parts/sql-text.tsx'
import { keepTab } from '../sql/use-sql-tabs.ts'
import style from './catalog.module.css'
import { connectionExample, type Entry } from './entry-name.ts'

/** Stands where no connection is: what one is for, and an example that opens in SQL. */
export function NoConnections() {
  const { t } = useTranslation()
  return (
    <>
      <EmptyPage icon="link" title={t('catalog.noConnectionsTitle')} text={t('catalog.noConnectionsText')}>
        <MakeConnection />
      </EmptyPage>
      <section className={`sheet ${style['statement']}`} aria-label={t('catalog.statement')} tabIndex={0}>
        <SqlText text={connectionExample} />
      </section>
    </>
  )
}

/** Opens the example in SQL, to be made one's own. */
export function MakeConnection() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const navigate = useNavigate()
  if (!may.develop) return null
  const open = (): void => {
    const tab = keepTab(workspace, t('sql.query'), connectionExample)
    void navigate({ to: '/w/$workspace/sql', params: { workspace }, search: { tab } })
  }
  return (
    <Button variant="default" leftSection={<Icon name="sql" size={14} />} onClick={open}>
      {t('catalog.makeConnection')}
    </Button>
  )
}

/** The tables that use a connection. */
export function ConnectionTables({ tables }: Pick<Entry, 'tables'>) {
  const { t } = useTranslation()
  if (tables.length === 0) return <p className="quiet small">{t('catalog.noTables')}</p>
  return (
    <ul className={style['users']}>
      {tables.map((table) => (
        <li key={table.id}>
          <OtherLink other={table} icon="table" />
        </li>
      ))}
    </ul>
  )
}

/** The connection that a table uses. */
export function UsedConnection({ connection }: { readonly connection: NonNullable<Entry['connection']> }) {
  return <OtherLink other={connection} icon="link" />
}

function OtherLink({ other: { id, path }, icon }: { readonly other: Entry['tables'][number]; readonly icon: 'table' | 'link' }) {
  const { workspace } = useWorkspace()
  return (
    <Link to="/w/$workspace/catalog/$entry" params={{ workspace, entry: id }} className="row" style={{ gap: 6 }} title={path.join('.')}>
      <Icon name={icon} size={14} />
      <span className="one-line">{path.at(-1)}</span>
    </Link>
  )
}
