import { Checkbox, MultiSelect, NumberInput, Select, Textarea } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { jobStates } from '../search.ts'
import style from './alerts.module.css'
import { type Condition, type ConditionOf, conditionKinds, firstConditions, metricUnits, ruleMetrics } from './condition.ts'
import { MinutesField } from './minutes-field.tsx'

interface ConditionFieldsProps {
  readonly condition: Condition
  readonly onChange: (condition: Condition) => void
}

/** What has to hold: the kind of the condition, and the fields that this kind has. */
export function ConditionFields({ condition, onChange }: ConditionFieldsProps) {
  const { t } = useTranslation()
  return (
    <>
      <Select
        label={t('rules.condition')}
        data={conditionKinds.map((value) => ({ value, label: t(`conditionKinds.${value}`) }))}
        value={condition.kind}
        onChange={(kind) => kind !== null && kind !== condition.kind && onChange(firstConditions[kind])}
        maxDropdownHeight={320}
      />
      <FieldsOfKind condition={condition} onChange={onChange} />
    </>
  )
}

function FieldsOfKind({ condition, onChange }: ConditionFieldsProps) {
  switch (condition.kind) {
    case 'state':
      return <StateFields condition={condition} onChange={onChange} />
    case 'metric':
      return <MetricFields condition={condition} onChange={onChange} />
    case 'no-rows':
      return <RowsField condition={condition} onChange={onChange} />
    case 'increase':
      return <IncreaseFields condition={condition} onChange={onChange} />
    case 'failures':
      return <CountFields condition={condition} onChange={onChange} />
    case 'no-checkpoint':
      return <WithinField condition={condition} onChange={onChange} />
    case 'sql':
      return <QueryFields condition={condition} onChange={onChange} />
    case 'not-as-wanted':
    case 'unreachable':
      return null
  }
}

interface FieldsOf<Kind extends Condition['kind']> {
  readonly condition: ConditionOf<Kind>
  readonly onChange: (condition: Condition) => void
}

function StateFields({ condition, onChange }: FieldsOf<'state'>) {
  const { t } = useTranslation()
  return (
    <>
      <MultiSelect
        label={t('rules.states')}
        data={jobStates.map((value) => ({ value, label: t(`states.${value}`) }))}
        value={condition.states}
        onChange={(values) => onChange({ ...condition, states: jobStates.filter((state) => values.includes(state)) })}
        hidePickedOptions
      />
      <Checkbox
        label={t('rules.isNot')}
        checked={condition.isNot}
        onChange={({ currentTarget }) => onChange({ ...condition, isNot: currentTarget.checked })}
      />
    </>
  )
}

function MetricFields({ condition, onChange }: FieldsOf<'metric'>) {
  const { t } = useTranslation()
  const suffix = ` ${metricUnits[condition.metric]}`
  return (
    <>
      <Select
        label={t('rules.metric')}
        data={ruleMetrics.map((value) => ({ value, label: t(`ruleMetrics.${value}`) }))}
        value={condition.metric}
        onChange={(metric) => metric !== null && onChange({ ...condition, metric })}
        searchable
      />
      <div className={style['three']}>
        <Select
          label={t('rules.is')}
          data={(['above', 'below'] as const).map((value) => ({ value, label: t(`rules.${value}`) }))}
          value={condition.is}
          onChange={(is) => is !== null && onChange({ ...condition, is, clearsAt: null })}
        />
        <NumberInput
          label={t('rules.threshold')}
          suffix={suffix}
          value={condition.threshold}
          onChange={(value) => typeof value === 'number' && onChange({ ...condition, threshold: value })}
        />
        <NumberInput
          label={t('rules.clearsAt')}
          suffix={suffix}
          placeholder={t('rules.sameAs')}
          value={condition.clearsAt ?? ''}
          onChange={(value) => onChange({ ...condition, clearsAt: typeof value === 'number' ? value : null })}
        />
      </div>
    </>
  )
}

function RowsField({ condition, onChange }: FieldsOf<'no-rows'>) {
  const { t } = useTranslation()
  return (
    <Select
      label={t('rules.rows')}
      data={(['in', 'out'] as const).map((value) => ({ value, label: t(`rules.rows-${value}`) }))}
      value={condition.of}
      onChange={(of) => of !== null && onChange({ ...condition, of })}
    />
  )
}

const countedMetrics = ['jobDeadRecords', 'jobLateRecords', 'numberOfFailedCheckpoints'] as const

function IncreaseFields({ condition, onChange }: FieldsOf<'increase'>) {
  const { t } = useTranslation()
  return (
    <>
      <Select
        label={t('rules.metric')}
        data={countedMetrics.map((value) => ({ value, label: t(`ruleMetrics.${value}`) }))}
        value={condition.metric}
        onChange={(metric) => metric !== null && onChange({ ...condition, metric })}
      />
      <CountFields condition={condition} onChange={onChange} />
    </>
  )
}

function CountFields({ condition, onChange }: FieldsOf<'failures' | 'increase'>) {
  const { t } = useTranslation()
  return (
    <div className={style['two']}>
      <NumberInput
        label={t('rules.moreThan')}
        min={0}
        value={condition.above}
        onChange={(value) => typeof value === 'number' && onChange({ ...condition, above: value })}
      />
      <MinutesField label={t('rules.within')} ms={condition.withinMs} onChange={(withinMs) => onChange({ ...condition, withinMs })} />
    </div>
  )
}

function WithinField({ condition, onChange }: FieldsOf<'no-checkpoint'>) {
  const { t } = useTranslation()
  return <MinutesField label={t('rules.within')} ms={condition.withinMs} onChange={(withinMs) => onChange({ ...condition, withinMs })} />
}

function QueryFields({ condition, onChange }: FieldsOf<'sql'>) {
  const { t } = useTranslation()
  return (
    <>
      <Textarea
        label={t('rules.query')}
        description={t('rules.queryHint')}
        value={condition.text}
        onChange={({ currentTarget }) => onChange({ ...condition, text: currentTarget.value })}
        autosize
        minRows={4}
        maxRows={14}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <MinutesField label={t('rules.past')} ms={condition.pastMs} onChange={(pastMs) => onChange({ ...condition, pastMs })} />
    </>
  )
}
