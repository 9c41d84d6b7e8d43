import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { keepDraft } from '../job/first-spec.ts'
import { notebookOf } from '../notebooks/first-notebook.ts'
import { useNewNotebook } from '../notebooks/use-new-notebook.ts'
import { Page } from '../parts/page.tsx'
import { ResultPanel, type ResultView } from './result-panel.tsx'
import { type Runnable, runnableAt } from './runnable.ts'
import { type EditorHandle, SqlEditor } from './sql-editor.tsx'
import style from './sql-page.module.css'
import { SqlTabBar } from './sql-tab-bar.tsx'
import { SqlToolbar } from './sql-toolbar.tsx'
import type { StatementRun } from './statement-run.ts'
import { endTab, listenToRuns, runOf, startRun } from './tab-runs.ts'
import { useDivider } from './use-divider.ts'
import { usePastRuns, useSqlTabs } from './use-sql-tabs.ts'

const route = getRouteApi('/frame/w/$workspace/sql')

export function SqlPage() {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const goTo = useNavigate()
  const { tabs, change, add, close } = useSqlTabs(workspace, t('sql.query'), t('sql.firstText'))
  const past = usePastRuns(workspace)
  const editor = useRef<EditorHandle>(null)
  const tab = tabs.find(({ id }) => id === search.tab) ?? tabs[0]
  const run = useSyncExternalStore(listenToRuns, () => (tab === undefined ? undefined : runOf(workspace, tab.id)))
  const divider = useDivider()
  const { create } = useNewNotebook()
  if (tab === undefined) return null
  const show = (changes: { tab?: string; view?: ResultView }): void =>
    void navigate({ search: (last) => ({ ...last, ...changes }), replace: true })
  const begin = (source: Runnable | undefined): void => {
    if (source === undefined) return
    past.add(pastRunOf(startRun(workspace, tab.id, source, (ended) => past.add(pastRunOf(ended)))))
    if (search.view === 'history' || search.view === 'plan') show({ view: 'table' })
  }
  const runnable = (): Runnable | undefined => {
    const handle = editor.current
    return handle === null ? undefined : runnableAt(handle.text(), handle.selection())
  }
  return (
    <Page
      title={t('nav.sql')}
      isFilled
      head={
        <SqlTabBar
          tabs={tabs}
          current={tab.id}
          onShow={(id) => show({ tab: id })}
          onAdd={() => show({ tab: add('').id })}
          onRename={(id, title) => change(id, { title })}
          onClose={(id) => {
            endTab(workspace, id)
            const next = close(id)
            if (id === tab.id && next !== undefined) show({ tab: next.id })
          }}
        />
      }
    >
      <h1 className="hidden">{t('nav.sql')}</h1>
      <div className={style['page']} ref={divider.ref}>
        <SqlToolbar
          run={run}
          onRun={() => begin(runnable())}
          onRunAll={() => begin({ text: tab.text, offset: 0 })}
          onCancel={() => run?.cancel()}
          onFormat={(text) => editor.current?.replace(text)}
          text={tab.text}
          onKeep={() => {
            keepDraft(tab.text)
            void goTo({ to: '/w/$workspace/jobs/new', params: { workspace } })
          }}
          onSave={() => create(notebookOf(tab.title, editor.current?.text() ?? tab.text))}
        />
        <div className={style['editor']} style={{ flexBasis: `${divider.share * 100}%` }}>
          <SqlEditor
            key={tab.id}
            text={tab.text}
            label={t('sql.editor')}
            hint={t('sql.hint')}
            workspace={workspace}
            onChange={(text) => change(tab.id, { text })}
            onRun={() => begin(runnable())}
            onReady={(ready) => {
              editor.current = ready
            }}
          />
        </div>
        <div {...divider.handle(t('sql.divider'))} className={style['divider']} />
        <ResultPanel
          run={run}
          view={search.view ?? 'table'}
          text={tab.text}
          pastRuns={past.runs}
          onView={(view) => show({ view })}
          onPlace={(start, end) => editor.current?.select(start, end)}
          onText={(text) => show({ tab: add(text).id })}
        />
      </div>
    </Page>
  )
}

function pastRunOf(run: StatementRun) {
  const { startedAt, endedAt = startedAt, state } = run.read()
  return { text: run.source.text, at: startedAt, outcome: state, durationMs: endedAt - startedAt }
}
