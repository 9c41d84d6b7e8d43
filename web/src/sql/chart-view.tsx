import { SegmentedControl, Select } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { countText } from '../parts/amount.ts'
import { type ChartForm, TimeChart } from '../parts/time-chart.tsx'
import { type ChartChoice, chartOf, firstChoice } from './chart-data.ts'
import type { LiveTable } from './live-table.ts'
import style from './result-panel.module.css'
import { useSlowly } from './use-slowly.ts'

/** What is drawn, and how; no form: what suits the rows. */
export interface DrawnChart extends ChartChoice {
  readonly form: ChartForm | null
}

interface ChartViewProps {
  readonly table: LiveTable
  readonly frame: number
  /** What was chosen before; nothing: what suits the columns. */
  readonly chart?: DrawnChart | undefined
  readonly onChart?: ((chart: DrawnChart) => void) | undefined
}

const forms = ['line', 'area', 'bars', 'points'] as const satisfies readonly ChartForm[]
const redrawMs = 250

/** The rows drawn: what stands along, what up, and what divides them into series. */
export function ChartView({ table, frame, chart, onChart }: ChartViewProps) {
  const { t } = useTranslation()
  const [own, setOwn] = useState<DrawnChart>(() => ({ ...firstChoice(table.columns), form: null }))
  const choice = chart ?? own
  const { form, x, y, series } = choice
  const change = (changes: Partial<DrawnChart>): void => {
    setOwn({ ...choice, ...changes })
    onChart?.({ ...choice, ...changes })
  }
  const slowFrame = useSlowly(frame, redrawMs)
  const data = useMemo(
    () => chartOf(slowFrame < 0 ? [] : table.rows.map(({ values }) => values), { x, y, series }),
    [table, x, y, series, slowFrame],
  )
  const columns = table.columns.map(({ name }, index) => ({ value: String(index), label: name }))
  const pick = (name: 'x' | 'y' | 'series') => (value: string | null) =>
    change({ [name]: value === null || value === 'none' ? (name === 'series' ? null : choice[name]) : Number(value) })
  const yName = table.columns[choice.y]?.name ?? ''
  const lines = data.lines.map((line) => ({ ...line, name: line.name === '' ? yName : line.name }))
  return (
    <div className={style['chart']}>
      <div className={style['choices']}>
        <Select label={t('chart.x')} w={150} data={columns} value={String(choice.x)} onChange={pick('x')} />
        <Select label={t('chart.y')} w={150} data={columns} value={String(choice.y)} onChange={pick('y')} />
        <Select
          label={t('chart.series')}
          w={150}
          data={[{ value: 'none', label: t('chart.noSeries') }, ...columns]}
          value={choice.series === null ? 'none' : String(choice.series)}
          onChange={pick('series')}
        />
        <SegmentedControl
          aria-label={t('chart.form')}
          value={form ?? (data.names === undefined ? 'line' : 'bars')}
          onChange={(value) => change({ form: forms.find((each) => each === value) ?? null })}
          data={forms.map((value) => ({ value, label: t(`chart.forms.${value}`) }))}
        />
      </div>
      <TimeChart
        x={data.x}
        lines={lines}
        names={data.names}
        isTime={data.isTime}
        form={form ?? (data.names === undefined ? 'line' : 'bars')}
        label={t('chart.label', { y: yName, x: table.columns[choice.x]?.name ?? '' })}
        xName={table.columns[choice.x]?.name ?? ''}
        height={260}
        valueText={countText}
      />
    </div>
  )
}
