import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { WaitingPage } from '../frame/other-pages.tsx'
import { useMe, useWorkspace } from '../frame/use-me.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Page } from '../parts/page.tsx'
import { CellList } from './cell-list.tsx'
import { ConflictCard } from './conflict-card.tsx'
import { NotebookActions } from './notebook-actions.tsx'
import { NotebookContext, useNotebook } from './notebook-context.ts'
import { NotebookDraft } from './notebook-draft.ts'
import { NotebookHead } from './notebook-head.tsx'
import style from './notebook-page.module.css'
import { NotebookRuns } from './notebook-runs.ts'
import { openNotebook } from './open-notebooks.ts'
import { ParameterSheet } from './parameter-sheet.tsx'
import { VersionDrawer } from './version-drawer.tsx'

const route = getRouteApi('/frame/w/$workspace/notebooks/$notebook')

type Whole = Answer<'GET /workspaces/:workspace/notebooks/:notebook'>

export function NotebookPage() {
  const { workspace, notebook } = route.useParams()
  const { data, error } = useQuery(question('GET /workspaces/:workspace/notebooks/:notebook', { params: { workspace, notebook } }))
  if (data === undefined) return error === null ? <WaitingPage /> : <MissingNotebook error={error} />
  return <OpenedNotebook key={`${workspace}/${notebook}`} workspace={workspace} found={data} />
}

function MissingNotebook({ error }: { readonly error: unknown }) {
  const { t } = useTranslation()
  return (
    <Page title={t('nav.notebooks')}>
      <ErrorCard error={error} />
    </Page>
  )
}

function OpenedNotebook({ workspace, found }: { readonly workspace: string; readonly found: Whole }) {
  const me = useMe()
  const [runs] = useState(() => openNotebook(workspace, found.id, () => new NotebookRuns(new NotebookDraft(workspace, found), me.name)))
  useEffect(() => void runs.draft.meet(found), [runs, found])
  useEffect(() => {
    void runs.session.ask()
    runs.show(true)
    return () => {
      runs.show(false)
      runs.draft.leave()
    }
  }, [runs])
  return (
    <NotebookContext value={runs}>
      <NotebookBody />
    </NotebookContext>
  )
}

function NotebookBody() {
  const { t } = useTranslation()
  const { may } = useWorkspace()
  const { runs, draft, view } = useNotebook()
  const { cell } = route.useSearch()
  const [isListed, setListed] = useState(false)
  const [hasParameters, setParameters] = useState(Object.keys(view.spec.variables).length > 0)
  const mayEdit = may.develop
  useEffect(() => {
    const save = (event: KeyboardEvent): void => {
      if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      void draft.save()
    }
    addEventListener('keydown', save)
    return () => removeEventListener('keydown', save)
  }, [draft])
  return (
    <Page
      title={view.spec.title}
      isFilled
      head={<NotebookHead mayEdit={mayEdit} />}
      actions={
        <NotebookActions
          mayEdit={mayEdit}
          hasParameters={hasParameters}
          onParameters={() => setParameters(!hasParameters)}
          onVersions={() => setListed(true)}
        />
      }
    >
      <div className={style['body']}>
        {view.theirs !== null && <ConflictCard theirs={view.theirs} />}
        {view.error !== null && <ErrorCard error={view.error} />}
        {runs.session.state === 'over' && view.outputs.size > 0 && (
          <p className={style['notice']} role="status">
            {t('notebook.sessionOver')}
          </p>
        )}
        {runs.session.isRemade && (
          <p className={style['notice']} role="status">
            {t('notebook.sessionRemade')}
          </p>
        )}
        {hasParameters && <ParameterSheet mayEdit={mayEdit} />}
        <CellList mayEdit={mayEdit} linked={cell} />
        {view.spec.cells.length === 0 && !mayEdit && (
          <EmptyPage icon="notebook" title={t('notebook.nothing')} text={t('notebook.nothingText')} />
        )}
      </div>
      {isListed && <VersionDrawer onClose={() => setListed(false)} mayEdit={mayEdit} />}
    </Page>
  )
}
