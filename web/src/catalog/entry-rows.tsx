import { Button } from '@mantine/core'
import { useEffect, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { FailureCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { LiveGrid } from '../sql/live-grid.tsx'
import { useRunView } from '../sql/sql-toolbar.tsx'
import { endTab, listenToRuns, runOf, startRun } from '../sql/tab-runs.ts'
import style from './catalog.module.css'
import type { Entry } from './entry-name.ts'
import { rowsStatement } from './entry-name.ts'

const rowsMax = 50
const nothing = (): void => {}

/** The first rows that a table gives, read when somebody asks for them: reading may cost something outside. */
export function EntryRows({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const tab = `rows of ${entry.id}`
  const run = useSyncExternalStore(listenToRuns, () => runOf(workspace, tab))
  const view = useRunView(run)
  useEffect(() => () => endTab(workspace, tab), [workspace, tab])
  const text = rowsStatement(entry.path, rowsMax)
  const isRunning = view !== undefined && view.endedAt === undefined
  const result = view?.results.at(-1)
  const begin = (): void => void startRun(workspace, tab, { text, offset: 0 }, nothing)
  if (view === undefined)
    return (
      <EmptyPage icon="table" title={t('catalog.rowsTitle')} text={t('catalog.rowsText', { count: rowsMax })}>
        <Button leftSection={<Icon name="play" size={14} />} onClick={begin}>
          {t('catalog.readRows')}
        </Button>
      </EmptyPage>
    )
  return (
    <div className={style['filled']}>
      <div className={style['rowsBar']}>
        {isRunning ? (
          <Button variant="default" leftSection={<Icon name="stop" size={14} />} onClick={() => run?.cancel()}>
            {t('sql.cancel')}
          </Button>
        ) : (
          <Button variant="default" leftSection={<Icon name="restart" size={14} />} onClick={begin}>
            {t('catalog.readAgain')}
          </Button>
        )}
        <span className="quiet" role="status">
          {t(`runStates.${view.state}`)}
        </span>
        <code className="quiet small one-line">{text}</code>
      </div>
      {view.messages.map((message) =>
        message.kind === 'failed' ? <FailureCard key={message.at} failure={message.failure} source={text} /> : null,
      )}
      {result !== undefined && <LiveGrid key={result.statement} table={result.table} frame={view.frame} hasEnded={!isRunning} />}
    </div>
  )
}
