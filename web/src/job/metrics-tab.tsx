import { Select } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { bytesText, countText, durationText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { colourOf, type Line, TimeChart } from '../parts/time-chart.tsx'
import type { OperatorPoint, OperatorRow, Sample } from './metric-history.ts'
import style from './metrics-tab.module.css'
import { shortName } from './short-name.ts'
import { Part, Tab } from './tab.tsx'
import { useJob, useJobParams, useOperators } from './use-job.ts'
import { useSamples } from './use-sampling.ts'

interface Chart {
  readonly key: 'in' | 'out' | 'busy' | 'pressed' | 'state' | 'watermark' | 'lag' | 'late'
  readonly read: (point: OperatorPoint, at: number) => number | null
  readonly text: (value: number) => string
}

const perSecond = (value: number): string => `${countText(value)}/s`
const percent = (value: number): string => `${Math.round(value * 100)} %`

const charts: readonly Chart[] = [
  { key: 'in', read: (point) => point.recordsInPerSecond, text: perSecond },
  { key: 'out', read: (point) => point.recordsOutPerSecond, text: perSecond },
  { key: 'busy', read: (point) => point.busy, text: percent },
  { key: 'pressed', read: (point) => point.backPressured, text: percent },
  { key: 'state', read: (point) => point.stateBytes, text: bytesText },
  { key: 'watermark', read: (point, at) => (point.watermark === null ? null : at - point.watermark), text: durationText },
  { key: 'lag', read: (point) => point.lag, text: countText },
  { key: 'late', read: (point) => point.lateRecords, text: countText },
]

const linesMax = 8

/** What the operators did while this page was open. */
export function MetricsTab() {
  const { t } = useTranslation()
  const { job } = useJob()
  const samples = useSamples(useJobParams())
  const operators = useOperators(job.status.state === 'running').data?.operators ?? []
  const [chosen, setChosen] = useState<string | null>('')
  const names = useMemo(() => namesOf(operators), [operators])
  const shown = chosen === '' || chosen === null ? [...names.keys()].slice(0, linesMax) : [chosen]
  if (samples.length === 0)
    return (
      <EmptyPage
        icon="chart"
        title={t('metrics.emptyTitle')}
        text={job.status.state === 'running' ? t('metrics.waiting') : t('metrics.emptyText')}
      />
    )
  return (
    <Tab>
      <Part
        title={t('metrics.title')}
        actions={
          <Select
            aria-label={t('metrics.operator')}
            w={260}
            value={chosen}
            onChange={setChosen}
            data={[{ value: '', label: t('metrics.all') }, ...[...names].map(([value, label]) => ({ value, label }))]}
          />
        }
      >
        <p className="quiet small">{t('metrics.kept')}</p>
        <ul className={style['legend']}>
          {shown.map((id, index) => (
            <li key={id}>
              <span style={{ background: colourOf(index) }} />
              {names.get(id) ?? id}
            </li>
          ))}
        </ul>
        <div className={style['grid']}>
          {charts.map((chart) => (
            <MetricChart key={chart.key} chart={chart} samples={samples} shown={shown} names={names} />
          ))}
        </div>
      </Part>
    </Tab>
  )
}

function namesOf(operators: readonly OperatorRow[]): Map<string, string> {
  return new Map(operators.map(({ operatorId, operatorName }) => [operatorId, shortName(operatorName)]))
}

interface MetricChartProps {
  readonly chart: Chart
  readonly samples: readonly Sample[]
  readonly shown: readonly string[]
  readonly names: ReadonlyMap<string, string>
}

function MetricChart({ chart, samples, shown, names }: MetricChartProps) {
  const { t } = useTranslation()
  const x = useMemo(() => samples.map(({ at }) => at / 1000), [samples])
  const lines = shown.flatMap((id, index): Line[] => {
    const values = samples.map(({ at, operators }) => {
      const point = operators.get(id)
      return point === undefined ? null : chart.read(point, at)
    })
    return values.every((value) => value === null) ? [] : [{ name: names.get(id) ?? id, colour: colourOf(index), values }]
  })
  if (lines.length === 0) return null
  return (
    <figure className={`sheet ${style['figure']}`}>
      <figcaption>
        <h3>{t(`metrics.charts.${chart.key}`)}</h3>
      </figcaption>
      <TimeChart
        x={x}
        lines={lines}
        label={t(`metrics.charts.${chart.key}`)}
        height={180}
        valueText={chart.text}
        xName={t('metrics.time')}
        group="job"
      />
    </figure>
  )
}
