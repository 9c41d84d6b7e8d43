import { TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'

export function NewWorkspace({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const make = useChange('POST /workspaces', {
    stale: ['GET /me', 'GET /workspaces'],
    isShownInPlace: true,
    onDone: (made) => {
      onClose()
      void navigate({ to: '/w/$workspace/jobs', params: { workspace: made.name } })
    },
  })
  return (
    <Confirm
      title={t('workspaces.make')}
      action={t('workspaces.make')}
      isBusy={make.isPending}
      isDisabled={name === ''}
      onClose={onClose}
      onConfirm={() => make.mutate({ body: { name, title: title || name } })}
    >
      <p className="quiet small">{t('workspaces.makeText')}</p>
      <TextInput
        label={t('workspaces.title')}
        value={title}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={t('workspaces.name')}
        description={t('people.nameRule')}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value.toLowerCase())}
      />
      {make.error !== null && <ErrorCard error={make.error} />}
    </Confirm>
  )
}
