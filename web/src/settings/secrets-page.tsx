import { ActionIcon, Button, PasswordInput, TextInput } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { timeText } from '../parts/amount.ts'
import { Confirm } from '../parts/confirm.tsx'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { SettingsFrame } from './settings-frame.tsx'

type Secret = Answer<'GET /workspaces/:workspace/secrets'>[number]

/** What is being set: a new one, or another value of one that is there. */
type Wanted = { readonly name: string | null }

const stale = ['GET /workspaces/:workspace/secrets'] as const

export function SecretsPage() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { data } = useSuspenseQuery(question('GET /workspaces/:workspace/secrets', { params: { workspace } }))
  const [wanted, setWanted] = useState<Wanted>()
  const [removed, setRemoved] = useState<string>()
  const add = may.administer && (
    <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setWanted({ name: null })}>
      {t('secrets.add')}
    </Button>
  )
  return (
    <SettingsFrame title={t('settings.secrets')} text={t('secrets.text')} actions={data.length > 0 && add}>
      {data.length === 0 ? (
        <EmptyPage icon="key" title={t('secrets.emptyTitle')} text={t('secrets.emptyText')}>
          {add}
        </EmptyPage>
      ) : (
        <SecretTable secrets={data} onSet={(name) => setWanted({ name })} onRemove={setRemoved} />
      )}
      {wanted !== undefined && <SetSecret wanted={wanted} onClose={() => setWanted(undefined)} />}
      {removed !== undefined && <RemoveSecret name={removed} onClose={() => setRemoved(undefined)} />}
    </SettingsFrame>
  )
}

interface SecretTableProps {
  readonly secrets: readonly Secret[]
  readonly onSet: (name: string) => void
  readonly onRemove: (name: string) => void
}

function SecretTable({ secrets, onSet, onRemove }: SecretTableProps) {
  const { t } = useTranslation()
  const { may } = useWorkspace()
  return (
    <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('settings.secrets')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('secrets.name')}</th>
            <th>{t('secrets.reference')}</th>
            <th>{t('secrets.changed')}</th>
            <th>
              <span className="hidden">{t('jobs.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {secrets.map(({ name, changedAt, changedBy, isReadable }) => (
            <tr key={name}>
              <td className="strong">{name}</td>
              <td>
                <code>{`\${secret:${name}}`}</code>
                {!isReadable && <p className="small">{t('secrets.unreadable')}</p>}
              </td>
              <td>
                {changedBy} <span className="quiet">{timeText(changedAt)}</span>
              </td>
              <td className="number">
                {may.administer && (
                  <>
                    <Button size="compact-sm" variant="default" mr="xs" onClick={() => onSet(name)}>
                      {t('secrets.change')}
                    </Button>
                    <ActionIcon aria-label={t('secrets.remove', { name })} onClick={() => onRemove(name)}>
                      <Icon name="bin" />
                    </ActionIcon>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function SetSecret({ wanted, onClose }: { readonly wanted: Wanted; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const [name, setName] = useState(wanted.name ?? '')
  const [value, setValue] = useState('')
  const set = useChange('PUT /workspaces/:workspace/secrets/:secret', { stale, isShownInPlace: true, onDone: onClose })
  return (
    <Confirm
      title={wanted.name === null ? t('secrets.add') : t('secrets.changeOf', { name: wanted.name })}
      action={t('secrets.keep')}
      isBusy={set.isPending}
      isDisabled={name.trim() === '' || value === ''}
      onClose={onClose}
      onConfirm={() => set.mutate({ params: { workspace, secret: name.trim() }, body: { value } })}
    >
      {wanted.name === null && (
        <TextInput
          label={t('secrets.name')}
          description={t('secrets.nameText')}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
      <PasswordInput
        label={t('secrets.value')}
        description={t('secrets.valueText')}
        value={value}
        onChange={({ currentTarget }) => setValue(currentTarget.value)}
        autoComplete="new-password"
      />
      {set.error !== null && <ErrorCard error={set.error} />}
    </Confirm>
  )
}

function RemoveSecret({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const remove = useChange('DELETE /workspaces/:workspace/secrets/:secret', { stale, onDone: onClose })
  return (
    <Confirm
      title={t('secrets.remove', { name })}
      action={t('actions.remove')}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { workspace, secret: name } })}
    >
      <p>{t('secrets.removeText')}</p>
    </Confirm>
  )
}
