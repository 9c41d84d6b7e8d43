import { Button, Checkbox, Modal, NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import style from './alerts.module.css'
import {
  type Channel,
  type ChannelSpec,
  firstTargets,
  secretName,
  secretReference,
  type Target,
  type TargetOf,
  targetKinds,
} from './channel.ts'

interface ChannelDialogProps {
  /** Null: a new one. */
  readonly channel: Channel | null
  readonly spec: ChannelSpec
  readonly onClose: () => void
}

const stale = ['GET /workspaces/:workspace/alert-channels'] as const

/** A way to people as a form. Secrets are named, never typed. */
export function ChannelDialog({ channel, spec: first, onClose }: ChannelDialogProps) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const [spec, setSpec] = useState(first)
  const change = (changes: Partial<ChannelSpec>): void => setSpec((last) => ({ ...last, ...changes }))
  const options = { stale, onDone: onClose, isShownInPlace: true }
  const make = useChange('POST /workspaces/:workspace/alert-channels', options)
  const replace = useChange('PUT /workspaces/:workspace/alert-channels/:channel', options)
  const save = (): void => {
    if (channel === null) make.mutate({ params: { workspace }, body: spec })
    else replace.mutate({ params: { workspace, channel: channel.id }, body: { spec, expectedVersion: channel.version } })
  }
  const error = make.error ?? replace.error
  const { target } = spec
  return (
    <Modal
      opened
      onClose={onClose}
      title={channel === null ? t('channels.make') : channel.spec.name}
      size={560}
      closeButtonProps={{ 'aria-label': t('act.close') }}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <fieldset disabled={!may.administer} className={style['form']}>
          <legend className="hidden">{t('alertTabs.channels')}</legend>
          <TextInput
            label={t('rules.name')}
            required
            maxLength={200}
            value={spec.name}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
            data-autofocus
          />
          <Select
            label={t('channels.kind')}
            data={targetKinds.map((value) => ({ value, label: t(`channelKinds.${value}`) }))}
            value={target.kind}
            onChange={(kind) => kind !== null && change({ target: firstTargets[kind] })}
          />
          {target.kind === 'webhook' ? (
            <WebhookFields target={target} onChange={(next) => change({ target: next })} />
          ) : (
            <MailFields target={target} onChange={(next) => change({ target: next })} />
          )}
          <Checkbox
            label={t('channels.hearsWatcher')}
            description={t('channels.hearsWatcherHint')}
            checked={spec.hearsWatcher}
            onChange={({ currentTarget }) => change({ hearsWatcher: currentTarget.checked })}
          />
          <Switch
            label={t('channels.active')}
            checked={spec.isActive}
            onChange={({ currentTarget }) => change({ isActive: currentTarget.checked })}
          />
        </fieldset>
        {error !== null && <ErrorCard error={error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('act.cancel')}
          </Button>
          {may.administer && (
            <Button type="submit" loading={make.isPending || replace.isPending} disabled={spec.name.trim() === ''}>
              {t('rules.save')}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  )
}

interface TargetFieldsProps<Kind extends Target['kind']> {
  readonly target: TargetOf<Kind>
  readonly onChange: (target: Target) => void
}

function WebhookFields({ target, onChange }: TargetFieldsProps<'webhook'>) {
  const { t } = useTranslation()
  return (
    <>
      <TextInput
        label={t('channels.url')}
        description={t('channels.urlHint')}
        required
        maxLength={2000}
        value={target.url}
        onChange={({ currentTarget }) => onChange({ ...target, url: currentTarget.value })}
      />
      <SecretField
        label={t('channels.key')}
        text={t('channels.keyHint')}
        reference={target.secret}
        onChange={(secret) => onChange({ ...target, secret })}
      />
      <NumberInput
        label={t('channels.heartbeat')}
        description={t('channels.heartbeatHint')}
        suffix=" s"
        min={0}
        value={target.heartbeatMs === null ? '' : target.heartbeatMs / 1000}
        onChange={(value) => onChange({ ...target, heartbeatMs: typeof value === 'number' && value > 0 ? Math.round(value * 1000) : null })}
      />
    </>
  )
}

function MailFields({ target, onChange }: TargetFieldsProps<'mail'>) {
  const { t } = useTranslation()
  return (
    <>
      <div className={style['three']}>
        <TextInput
          label={t('channels.host')}
          required
          maxLength={300}
          value={target.host}
          onChange={({ currentTarget }) => onChange({ ...target, host: currentTarget.value })}
        />
        <NumberInput
          label={t('channels.port')}
          min={1}
          max={65_535}
          value={target.port}
          onChange={(value) => typeof value === 'number' && onChange({ ...target, port: value })}
        />
        <Select
          label={t('channels.security')}
          data={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: t(`mailSecurity.${value}`) }))}
          value={target.security}
          onChange={(security) => security !== null && onChange({ ...target, security })}
        />
      </div>
      <div className={style['two']}>
        <TextInput
          label={t('channels.user')}
          maxLength={300}
          value={target.user ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ ...target, user: value === '' ? null : value })}
        />
        <SecretField
          label={t('channels.password')}
          text={t('channels.passwordHint')}
          reference={target.password}
          onChange={(password) => onChange({ ...target, password })}
        />
      </div>
      <TextInput
        label={t('channels.from')}
        required
        maxLength={400}
        value={target.from}
        onChange={({ currentTarget }) => onChange({ ...target, from: currentTarget.value })}
      />
      <TagsInput
        label={t('channels.to')}
        description={t('channels.toHint')}
        maxTags={50}
        value={target.to}
        onChange={(to) => onChange({ ...target, to })}
      />
    </>
  )
}

interface SecretFieldProps {
  readonly label: string
  readonly text: string
  readonly reference: string | null
  readonly onChange: (reference: string | null) => void
}

function SecretField({ label, text, reference, onChange }: SecretFieldProps) {
  return (
    <TextInput
      label={label}
      description={text}
      maxLength={180}
      autoComplete="off"
      value={secretName(reference)}
      onChange={({ currentTarget }) => onChange(secretReference(currentTarget.value))}
    />
  )
}
