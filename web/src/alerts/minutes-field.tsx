import { NumberInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface MinutesFieldProps {
  readonly label: string
  readonly text?: string
  readonly ms: number
  readonly onChange: (ms: number) => void
}

/** A length of time in minutes. */
export function MinutesField({ label, text, ms, onChange }: MinutesFieldProps) {
  const { t } = useTranslation()
  return (
    <NumberInput
      label={label}
      description={text}
      suffix={` ${t('rules.minutes')}`}
      min={0}
      max={10_080}
      decimalScale={2}
      value={ms / 60_000}
      onChange={(value) => typeof value === 'number' && onChange(Math.round(value * 60_000))}
    />
  )
}
