import { ActionIcon, Button, NumberInput, Select, TextInput } from '@mantine/core'
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
import { OnceSecret } from './once-secret.tsx'
import { type Role, roles } from './role.ts'
import { SettingsFrame } from './settings-frame.tsx'

type Token = Answer<'GET /workspaces/:workspace/tokens'>[number]

const stale = ['GET /workspaces/:workspace/tokens'] as const

export function TokensPage() {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { data } = useSuspenseQuery(question('GET /workspaces/:workspace/tokens', { params: { workspace } }))
  const [isMaking, setMaking] = useState(false)
  const [removed, setRemoved] = useState<Token>()
  const make = (
    <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
      {t('tokens.make')}
    </Button>
  )
  return (
    <SettingsFrame title={t('settings.tokens')} text={t('tokens.text')} actions={data.length > 0 && make}>
      {data.length === 0 ? (
        <EmptyPage icon="key" title={t('tokens.emptyTitle')} text={t('tokens.emptyText')}>
          {make}
        </EmptyPage>
      ) : (
        <TokenTable tokens={data} onRemove={setRemoved} />
      )}
      {isMaking && <MakeToken onClose={() => setMaking(false)} />}
      {removed !== undefined && <RemoveToken token={removed} onClose={() => setRemoved(undefined)} />}
    </SettingsFrame>
  )
}

function TokenTable({ tokens, onRemove }: { readonly tokens: readonly Token[]; readonly onRemove: (token: Token) => void }) {
  const { t } = useTranslation()
  return (
    <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('settings.tokens')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('tokens.title')}</th>
            <th>{t('settings.role')}</th>
            <th>{t('tokens.madeBy')}</th>
            <th>{t('tokens.expires')}</th>
            <th>{t('tokens.used')}</th>
            <th>
              <span className="hidden">{t('jobs.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td className="strong">{token.title}</td>
              <td>{t(`roles.${token.role}`)}</td>
              <td>
                {token.createdBy} <span className="quiet">{timeText(token.createdAt)}</span>
              </td>
              <td>{token.expiresAt === null ? t('tokens.never') : timeText(token.expiresAt)}</td>
              <td>{token.lastUsedAt === null ? t('tokens.unused') : timeText(token.lastUsedAt)}</td>
              <td className="number">
                <ActionIcon aria-label={t('tokens.remove', { title: token.title })} onClick={() => onRemove(token)}>
                  <Icon name="bin" />
                </ActionIcon>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function MakeToken({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const [title, setTitle] = useState('')
  const [role, setRole] = useState<Role>('operator')
  const [days, setDays] = useState<number | string>(90)
  const make = useChange('POST /workspaces/:workspace/tokens', { stale, isShownInPlace: true })
  if (make.data !== undefined)
    return <OnceSecret title={t('tokens.made')} text={t('tokens.madeText')} secret={make.data.secret} onClose={onClose} />
  return (
    <Confirm
      title={t('tokens.make')}
      action={t('tokens.make')}
      isBusy={make.isPending}
      isDisabled={title.trim() === ''}
      onClose={onClose}
      onConfirm={() => make.mutate({ params: { workspace }, body: { title, role, daysValid: typeof days === 'number' ? days : null } })}
    >
      <TextInput
        label={t('tokens.title')}
        description={t('tokens.titleText')}
        value={title}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        data-autofocus
      />
      <Select
        label={t('settings.role')}
        description={t(`roleTexts.${role}`)}
        data={roles.map((value) => ({ value, label: t(`roles.${value}`) }))}
        value={role}
        onChange={(value) => setRole(roles.find((each) => each === value) ?? role)}
      />
      <NumberInput
        label={t('tokens.days')}
        description={t('tokens.daysText')}
        min={1}
        max={3650}
        allowDecimal={false}
        value={days}
        onChange={setDays}
      />
      {make.error !== null && <ErrorCard error={make.error} />}
    </Confirm>
  )
}

function RemoveToken({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const remove = useChange('DELETE /workspaces/:workspace/tokens/:token', { stale, onDone: onClose })
  return (
    <Confirm
      title={t('tokens.remove', { title: token.title })}
      action={t('actions.remove')}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { workspace, token: token.id } })}
    >
      <p>{t('tokens.removeText')}</p>
    </Confirm>
  )
}
