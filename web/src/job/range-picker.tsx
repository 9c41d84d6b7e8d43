import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type TimeRange, timeRanges } from './time-range.ts'

interface RangePickerProps {
  readonly range: TimeRange
  readonly onChange: (range: TimeRange) => void
}

/** How much of the past is shown. */
export function RangePicker({ range, onChange }: RangePickerProps) {
  const { t } = useTranslation()
  return (
    <SegmentedControl
      aria-label={t('metrics.range')}
      value={range}
      onChange={onChange}
      data={timeRanges.map((value) => ({ value, label: t(`timeRanges.${value}`) }))}
    />
  )
}
