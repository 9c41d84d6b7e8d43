import { NumberInput, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { JobSpec } from '../jobs/job-line.ts'
import { firstSpec } from './first-spec.ts'
import style from './spec-form.module.css'
import type { FieldsProps } from './spec-form.tsx'

type BackOff = Extract<JobSpec['restart'], { readonly kind: 'back-off' }>

/** What happens after a failure: nothing, or another try after a pause that grows. */
export function RestartFields({ spec: { restart }, change }: FieldsProps) {
  const { t } = useTranslation()
  return (
    <>
      <Select
        label={t('form.restart')}
        value={restart.kind}
        data={(['back-off', 'never'] as const).map((value) => ({ value, label: t(`restarts.${value}`) }))}
        onChange={(kind) => change({ restart: kind === 'never' ? { kind } : firstSpec('').restart })}
      />
      {restart.kind === 'back-off' && <BackOffFields restart={restart} onChange={(next) => change({ restart: next })} />}
    </>
  )
}

const fields = [
  ['delayMs', 'form.restartDelay', 1000],
  ['delayMsMax', 'form.restartDelayMax', 1000],
  ['failuresMax', 'form.restartFailures', 1],
  ['windowMs', 'form.restartWindow', 60_000],
] as const

function BackOffFields({ restart, onChange }: { readonly restart: BackOff; readonly onChange: (restart: BackOff) => void }) {
  const { t } = useTranslation()
  return (
    <div className={style['two']}>
      {fields.map(([name, label, unit]) => (
        <NumberInput
          key={name}
          label={t(label)}
          min={0}
          value={restart[name] / unit}
          onChange={(value) => typeof value === 'number' && value > 0 && onChange({ ...restart, [name]: Math.round(value * unit) })}
        />
      ))}
    </div>
  )
}
