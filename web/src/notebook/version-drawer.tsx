import { Button, Modal } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { timeText } from '../parts/amount.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { useNotebook } from './notebook-context.ts'
import { SpecDiff } from './spec-diff.tsx'
import style from './version-drawer.module.css'

interface VersionDrawerProps {
  readonly mayEdit: boolean
  readonly onClose: () => void
}

/** Every version with who saved it and when, what differs from what is on the page, and the way back. */
export function VersionDrawer({ mayEdit, onClose }: VersionDrawerProps) {
  const { t } = useTranslation()
  const { draft, view } = useNotebook()
  const { workspace, id: notebook } = draft
  const [shown, setShown] = useState<number>()
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['GET /workspaces/:workspace/notebooks/:notebook/versions', { workspace, notebook }],
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === '' ? {} : { cursor: pageParam }
      return call('GET /workspaces/:workspace/notebooks/:notebook/versions', { params: { workspace, notebook }, query }, signal)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const versions = data?.pages.flatMap(({ items }) => items) ?? []
  const picked = shown ?? versions[1]?.version ?? versions[0]?.version
  return (
    <Modal opened onClose={onClose} title={t('notebook.versions')} size={1100} closeButtonProps={{ 'aria-label': t('act.close') }}>
      {error !== null && <ErrorCard error={error} />}
      <div className={style['versions']}>
        <ol className={style['list']} aria-label={t('notebook.versions')} tabIndex={0}>
          {versions.map(({ version, at, by }) => (
            <li key={version}>
              <button type="button" aria-pressed={version === picked} onClick={() => setShown(version)}>
                <span className="strong">v{version}</span> {by}
                {version === view.base.version && <span className="quiet small"> {t('versions.current')}</span>}
                <time className="quiet small">{timeText(at)}</time>
              </button>
            </li>
          ))}
          {hasNextPage && (
            <li>
              <Button variant="subtle" onClick={() => void fetchNextPage()}>
                {t('act.more')}
              </Button>
            </li>
          )}
        </ol>
        {picked !== undefined && <Version version={picked} mayEdit={mayEdit} onClose={onClose} />}
      </div>
    </Modal>
  )
}

function Version({ version, mayEdit, onClose }: { readonly version: number; readonly mayEdit: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { draft, view } = useNotebook()
  const params = { workspace: draft.workspace, notebook: draft.id, version: String(version) }
  const { data } = useQuery({
    ...question('GET /workspaces/:workspace/notebooks/:notebook/versions/:version', { params }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (data === undefined) return null
  const restore = (): void => {
    draft.change(() => data.spec)
    void draft.save()
    onClose()
  }
  return (
    <div className={style['version']}>
      <div className="row apart">
        <p className="quiet small">{t('notebook.compared', { version })}</p>
        {mayEdit && (
          <Button variant="default" disabled={view.theirs !== null} onClick={restore}>
            {t('notebook.restore', { version })}
          </Button>
        )}
      </div>
      <SpecDiff left={data.spec} right={view.spec} label={t('versions.compare')} />
    </div>
  )
}
