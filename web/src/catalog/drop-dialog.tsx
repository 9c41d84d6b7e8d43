import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { Confirm } from '../parts/confirm.tsx'
import { FailureCard } from '../parts/failure-card.tsx'
import { useRunView } from '../sql/sql-toolbar.tsx'
import type { StatementRun } from '../sql/statement-run.ts'
import { endTab, runOf, startRun } from '../sql/tab-runs.ts'
import { ConnectionTables } from './connection-parts.tsx'
import type { Entry } from './entry-name.ts'
import { dropStatement } from './entry-name.ts'
import { EntryUsers } from './entry-users.tsx'

const tab = 'drop from the catalog'
const nothing = (): void => {}

/** Drops a thing by the statement that does so, after it was said who uses it. */
export function DropDialog({ entry: { id, kind, path, tables }, onClose }: { readonly entry: Entry; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [run, setRun] = useState<StatementRun>()
  const view = useRunView(run)
  useEffect(() => () => endTab(workspace, tab), [workspace])
  const text = dropStatement(kind, path)
  const isDropped = view?.state === 'finished'
  useEffect(() => {
    if (!isDropped) return
    const [catalog = '', database = ''] = path
    // What is left is asked for again from the page that it leads to: this one has nothing to show any more.
    void navigate({ to: '/w/$workspace/catalog', params: { workspace }, search: path.length > 2 ? { catalog, database } : {} }).then(() =>
      client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('GET /workspaces/:workspace/catalog') }),
    )
  }, [isDropped, client, navigate, path, workspace])
  const drop = (): void => {
    startRun(workspace, tab, { text, offset: 0 }, nothing)
    setRun(runOf(workspace, tab))
  }
  return (
    <Confirm
      title={t('catalog.dropTitle', { name: path.at(-1) })}
      action={t('catalog.drop')}
      isDangerous
      isBusy={view !== undefined && view.endedAt === undefined}
      onClose={onClose}
      onConfirm={drop}
    >
      <p>{t(`catalog.dropText.${kind}`)}</p>
      <h3>{t('catalog.usedBy')}</h3>
      {kind === 'connection' ? <ConnectionTables tables={tables} /> : <EntryUsers object={id} />}
      <code className="small">{text}</code>
      {view?.messages.map((message) =>
        message.kind === 'failed' ? <FailureCard key={message.at} failure={message.failure} source={text} /> : null,
      )}
    </Confirm>
  )
}
