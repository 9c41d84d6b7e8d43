import { Select } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { bytesText, countText, durationText, timeText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { colourOf, type Line, TimeChart } from '../parts/time-chart.tsx'
import type { JobMark } from './job-marks.ts'
import type { JobPoint, OperatorPoint, Sample } from './metric-history.ts'
import style from './metrics-tab.module.css'
import { RangePicker } from './range-picker.tsx'
import { shortName } from './short-name.ts'
import { SourcePartitions } from './source-partitions.tsx'
import { Part, Tab } from './tab.tsx'
import { momentText, type Stretch, type TimeRange } from './time-range.ts'
import { useJob, useJobParams, usePartitions } from './use-job.ts'
import { useMarks, useSeries } from './use-series.ts'

const route = getRouteApi('/frame/w/$workspace/jobs/$job/metrics')

interface OperatorChart {
  readonly key: 'in' | 'out' | 'busy' | 'pressed' | 'idle' | 'state' | 'watermark' | 'lag' | 'late'
  readonly read: (point: OperatorPoint, at: number) => number | null
  readonly text: (value: number) => string
}

interface JobChart {
  readonly key: 'checkpoint' | 'checkpointSize' | 'failedCheckpoints'
  readonly read: (point: JobPoint) => number | null
  readonly text: (value: number) => string
}

const perSecond = (value: number): string => `${countText(value)}/s`
/** Small shares with a digit that tells them apart. */
const percent = (value: number): string => `${Number((value * 100).toPrecision(value < 0.01 ? 1 : 3))} %`

const operatorCharts: readonly OperatorChart[] = [
  { key: 'in', read: (point) => point.recordsInPerSecond, text: perSecond },
  { key: 'out', read: (point) => point.recordsOutPerSecond, text: perSecond },
  { key: 'busy', read: (point) => point.busy, text: percent },
  { key: 'pressed', read: (point) => point.backPressured, text: percent },
  { key: 'idle', read: (point) => point.idle, text: percent },
  { key: 'lag', read: (point) => point.lag, text: countText },
  { key: 'watermark', read: (point, at) => (point.watermark === null ? null : at - point.watermark), text: durationText },
  { key: 'state', read: (point) => point.stateBytes, text: bytesText },
  { key: 'late', read: (point) => point.lateRecords, text: countText },
]

const jobCharts: readonly JobChart[] = [
  { key: 'checkpoint', read: (point) => point.checkpointMs, text: durationText },
  { key: 'checkpointSize', read: (point) => point.checkpointBytes, text: bytesText },
  { key: 'failedCheckpoints', read: (point) => point.failedCheckpoints, text: countText },
]

const linesMax = 8
const listedMarksMax = 30

const colourOfMark: Readonly<Record<JobMark['kind'], string>> = {
  failed: '--bad',
  started: '--ok',
  stopped: '--still',
  version: '--accent',
  savepoint: '--still',
  alert: '--warn',
}

/** What the operators did in a stretch of the past, and what happened meanwhile. */
export function MetricsTab() {
  const { t } = useTranslation()
  const { job } = useJob()
  const params = useJobParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const range = search.range ?? '15m'
  const { samples, names, stretch, error } = useSeries(params, range)
  const marks = useMarks(params, stretch?.from)
  const chosen = search.operator ?? ''
  const shown = names.has(chosen) ? [chosen] : [...names.keys()].slice(0, linesMax)
  const change = (changes: { readonly range?: TimeRange; readonly operator?: string | undefined }): void =>
    void navigate({ search: (last) => ({ ...last, ...changes }) as typeof search, replace: true })
  const isEmpty = samples?.every(({ operators }) => operators.size === 0) === true
  return (
    <Tab>
      <Part
        title={t('metrics.title')}
        actions={
          <div className="row wrap">
            <Select
              aria-label={t('metrics.operator')}
              w={240}
              value={names.has(chosen) ? chosen : ''}
              onChange={(operator) => change({ operator: operator || undefined })}
              data={[{ value: '', label: t('metrics.all') }, ...[...names].map(([value, name]) => ({ value, label: shortName(name) }))]}
            />
            <RangePicker range={range} onChange={(next) => change({ range: next })} />
          </div>
        }
      >
        <p className="quiet small">{t('metrics.kept')}</p>
        {error !== null && <ErrorCard error={error} />}
        {isEmpty && (
          <EmptyPage
            icon="chart"
            title={t('metrics.emptyTitle')}
            text={job.status.state === 'running' ? t('metrics.waiting') : t('metrics.emptyText')}
          />
        )}
        {samples !== undefined && stretch !== undefined && !isEmpty && (
          <Charts samples={samples} stretch={stretch} range={range} names={names} shown={shown} marks={marks} />
        )}
      </Part>
      <Partitions isRunning={job.status.state === 'running'} />
      {marks.length > 0 && <Marks marks={marks} />}
    </Tab>
  )
}

interface ChartsProps {
  readonly samples: readonly Sample[]
  readonly stretch: Stretch
  readonly range: TimeRange
  readonly names: ReadonlyMap<string, string>
  readonly shown: readonly string[]
  readonly marks: readonly JobMark[]
}

function Charts({ samples, stretch, range, names, shown, marks }: ChartsProps) {
  const { t } = useTranslation()
  const x = useMemo(() => samples.map(({ at }) => at / 1000), [samples])
  const chartMarks = useMemo(() => marks.map(({ at, kind }) => ({ x: at / 1000, colour: colourOfMark[kind] })), [marks])
  const nameOf = (id: string): string => shortName(names.get(id) ?? id)
  const linesOf = ({ read }: OperatorChart): Line[] =>
    shown.flatMap((id, index): Line[] => {
      const values = samples.map(({ at, operators }) => {
        const point = operators.get(id)
        return point === undefined ? null : read(point, at)
      })
      return values.every((value) => value === null) ? [] : [{ name: nameOf(id), colour: colourOf(index), values }]
    })
  const lineOf = ({ key, read }: JobChart): Line[] => {
    const values = samples.map(({ job }) => read(job))
    return values.every((value) => value === null) ? [] : [{ name: t(`metrics.charts.${key}`), values }]
  }
  const charts = [
    ...operatorCharts.map((chart) => ({ ...chart, lines: linesOf(chart) })),
    ...jobCharts.map((chart) => ({ ...chart, lines: lineOf(chart) })),
  ]
  return (
    <>
      <ul className={style['legend']}>
        {shown.map((id, index) => (
          <li key={id}>
            <span style={{ background: colourOf(index) }} />
            {nameOf(id)}
          </li>
        ))}
      </ul>
      <div className={style['grid']}>
        {charts
          .filter(({ lines }) => lines.length > 0)
          .map(({ key, lines, text }) => (
            <figure key={key} className={`sheet ${style['figure']}`}>
              <figcaption>
                <h3>{t(`metrics.charts.${key}`)}</h3>
              </figcaption>
              <TimeChart
                x={x}
                lines={lines}
                label={t(`metrics.charts.${key}`)}
                height={180}
                valueText={text}
                xName={t('metrics.time')}
                xText={(seconds) => momentText(seconds * 1000, range)}
                xRange={[stretch.from / 1000, stretch.to / 1000]}
                marks={chartMarks}
                group="job"
              />
            </figure>
          ))}
      </div>
    </>
  )
}

/** What each source stands at now, whatever of the past is drawn. */
function Partitions({ isRunning }: { readonly isRunning: boolean }) {
  const { t } = useTranslation()
  const { data } = usePartitions(isRunning)
  if (data === undefined || data.sources.length === 0) return null
  return (
    <Part title={t('partitions.title')}>
      {data.sources.map((source) => (
        <section key={source.operatorId} className="stack">
          <h3>{shortName(source.operatorName)}</h3>
          <SourcePartitions source={source} takenAt={data.takenAt} isRunning={isRunning} />
        </section>
      ))}
    </Part>
  )
}

/** The same as the marks in the charts, to be read; the newest first. */
function Marks({ marks }: { readonly marks: readonly JobMark[] }) {
  const { t } = useTranslation()
  return (
    <Part title={t('metrics.marks')}>
      <ol className={style['marks']}>
        {marks
          .toReversed()
          .slice(0, listedMarksMax)
          .map(({ key, at, kind, text }) => (
            <li key={key}>
              <span className={style['mark']} data-kind={kind} />
              <time className="quiet" dateTime={new Date(at).toISOString()}>
                {timeText(at)}
              </time>
              <span className="strong">{t(`markKinds.${kind}`)}</span>
              <span className="grow">{text}</span>
            </li>
          ))}
      </ol>
    </Part>
  )
}
