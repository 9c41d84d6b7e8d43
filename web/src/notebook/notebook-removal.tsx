import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { useNotebook } from './notebook-context.ts'
import { forgetNotebook } from './open-notebooks.ts'

export function NotebookRemoval({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { runs, draft, view } = useNotebook()
  const navigate = useNavigate()
  const remove = useChange('DELETE /workspaces/:workspace/notebooks/:notebook', {
    stale: ['GET /workspaces/:workspace/notebooks'],
    isShownInPlace: true,
    onDone: () => {
      draft.drop()
      void runs.restart()
      forgetNotebook(workspace, draft.id)
      void navigate({ to: '/w/$workspace/notebooks', params: { workspace } })
    },
  })
  return (
    <Confirm
      title={t('notebook.removeTitle', { title: view.spec.title })}
      action={t('notebook.remove')}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { workspace, notebook: draft.id } })}
    >
      <p>{t('notebook.removeText')}</p>
      {remove.error !== null && <ErrorCard error={remove.error} />}
    </Confirm>
  )
}
