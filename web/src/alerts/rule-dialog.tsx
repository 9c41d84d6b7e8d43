import { Button, Modal, MultiSelect, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import style from './alerts.module.css'
import type { Rule, RuleFieldsProps, RuleSpec } from './condition.ts'
import { ConditionFields } from './condition-fields.tsx'
import { MinutesField } from './minutes-field.tsx'
import { RuleTrial } from './rule-trial.tsx'
import { ScopeFields } from './scope-fields.tsx'

interface RuleDialogProps {
  /** Null: a new one. */
  readonly rule: Rule | null
  readonly spec: RuleSpec
  readonly onClose: () => void
}

const stale = ['GET /workspaces/:workspace/alert-rules', 'GET /workspaces/:workspace/alerts'] as const
const severities = ['critical', 'warning', 'info'] as const

/** A rule as a form: what has to hold, of which jobs, for how long, and who is told. */
export function RuleDialog({ rule, spec: first, onClose }: RuleDialogProps) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const [spec, setSpec] = useState(first)
  const change = (changes: Partial<RuleSpec>): void => setSpec((last) => ({ ...last, ...changes }))
  const options = { stale, onDone: onClose, isShownInPlace: true }
  const make = useChange('POST /workspaces/:workspace/alert-rules', options)
  const replace = useChange('PUT /workspaces/:workspace/alert-rules/:rule', options)
  const save = (): void => {
    if (rule === null) make.mutate({ params: { workspace }, body: spec })
    else replace.mutate({ params: { workspace, rule: rule.id }, body: { spec, expectedVersion: rule.version } })
  }
  const error = make.error ?? replace.error
  return (
    <Modal
      opened
      onClose={onClose}
      title={rule === null ? t('rules.make') : rule.spec.name}
      size={620}
      closeButtonProps={{ 'aria-label': t('act.close') }}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <fieldset disabled={!may.operate} className={style['form']}>
          <legend className="hidden">{t('alerts.rule')}</legend>
          <TextInput
            label={t('rules.name')}
            required
            maxLength={200}
            value={spec.name}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
            data-autofocus
          />
          <ConditionFields condition={spec.condition} onChange={(condition) => change({ condition })} />
          <ScopeFields spec={spec} change={change} />
          <div className={style['two']}>
            <MinutesField label={t('rules.for')} text={t('rules.forHint')} ms={spec.forMs} onChange={(forMs) => change({ forMs })} />
            <MinutesField
              label={t('rules.clearAfter')}
              text={t('rules.clearAfterHint')}
              ms={spec.clearAfterMs}
              onChange={(clearAfterMs) => change({ clearAfterMs })}
            />
          </div>
          <Telling spec={spec} change={change} />
          <Textarea
            label={t('rules.description')}
            description={t('rules.descriptionHint')}
            autosize
            minRows={2}
            maxLength={10_000}
            value={spec.description}
            onChange={({ currentTarget }) => change({ description: currentTarget.value })}
          />
          <Switch
            label={t('rules.active')}
            checked={spec.isActive}
            onChange={({ currentTarget }) => change({ isActive: currentTarget.checked })}
          />
        </fieldset>
        {may.operate && <RuleTrial spec={spec} />}
        {error !== null && <ErrorCard error={error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('act.cancel')}
          </Button>
          {may.operate && (
            <Button type="submit" loading={make.isPending || replace.isPending} disabled={spec.name.trim() === ''}>
              {t('rules.save')}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  )
}

/** Who is told, how grave it is, and how often it is said again. */
function Telling({ spec, change }: RuleFieldsProps) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { data: channels = [] } = useQuery({
    ...question('GET /workspaces/:workspace/alert-channels', { params: { workspace } }),
    enabled: may.operate,
  })
  return (
    <>
      <div className={style['two']}>
        <Select
          label={t('rules.severity')}
          data={severities.map((value) => ({ value, label: t(`severities.${value}`) }))}
          value={spec.severity}
          onChange={(value) => value !== null && change({ severity: value })}
        />
        <MinutesField
          label={t('rules.repeat')}
          text={t('rules.repeatHint')}
          ms={spec.repeatMs ?? 0}
          onChange={(ms) => change({ repeatMs: ms === 0 ? null : Math.max(60_000, ms) })}
        />
      </div>
      <MultiSelect
        label={t('rules.channels')}
        description={channels.length === 0 ? t('rules.noChannels') : t('rules.channelsHint')}
        data={channels.map(({ id, spec: channel }) => ({ value: id, label: channel.name }))}
        value={spec.channels}
        onChange={(next) => change({ channels: next })}
        clearable
        hidePickedOptions
      />
    </>
  )
}
