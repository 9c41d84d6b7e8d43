import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyPage } from '../parts/empty-page.tsx'
import { NewWorkspace } from './new-workspace.tsx'
import { useMe } from './use-me.ts'

/** What a person sees who is in no workspace yet. */
export function NoWorkspacePage() {
  const { t } = useTranslation()
  const me = useMe()
  const [isMaking, setMaking] = useState(false)
  return (
    <EmptyPage
      icon="folder"
      title={t('workspaces.noneTitle')}
      text={me.isServerAdmin ? t('workspaces.noneAdmin') : t('workspaces.noneOther', { name: me.name })}
    >
      {me.isServerAdmin && <Button onClick={() => setMaking(true)}>{t('workspaces.make')}</Button>}
      {isMaking && <NewWorkspace onClose={() => setMaking(false)} />}
    </EmptyPage>
  )
}
