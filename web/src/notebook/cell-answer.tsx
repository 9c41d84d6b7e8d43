import { SegmentedControl } from '@mantine/core'
import { lazy, Suspense, useMemo, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '#api/contract'
import { ageText, countText, timeText } from '../parts/amount.ts'
import { FailureCard } from '../parts/failure-card.tsx'
import { useNow } from '../parts/use-now.ts'
import { ChangelogView } from '../sql/changelog-view.tsx'
import type { DrawnChart } from '../sql/chart-view.tsx'
import { LiveGrid } from '../sql/live-grid.tsx'
import type { LiveTable } from '../sql/live-table.ts'
import type { Result } from '../sql/statement-run.ts'
import style from './cell-answer.module.css'
import type { CellRun } from './cell-run.ts'
import { tableOf } from './kept-table.ts'
import type { KeptOutput, SqlCell } from './notebook-spec.ts'

const ChartView = lazy(() => import('../sql/chart-view.tsx').then(({ ChartView: component }) => ({ default: component })))

export interface AnswerLook {
  readonly cell: SqlCell
  /** The text that ran, for places of failures. */
  readonly label: string
  readonly onView: (changes: Partial<Pick<SqlCell, 'view' | 'chart'>>) => void
  readonly onPlace: (start: number, end: number) => void
}

/** What a cell shows as it runs, and afterwards. */
export function RunAnswer({ run, ...look }: AnswerLook & { readonly run: CellRun }) {
  const view = useSyncExternalStore(run.listen, run.read)
  const messages = view.messages.flatMap((message) => (message.kind === 'done' ? [message.text] : []))
  return (
    <Answer
      {...look}
      results={view.results}
      frame={view.frame}
      messages={messages}
      failures={run.failures}
      source={run.of.text}
      hasEnded={run.isOver}
    />
  )
}

/** What a cell showed when it last ran, and when that was. */
export function KeptAnswer({ kept, ...look }: AnswerLook & { readonly kept: KeptOutput }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { output } = kept
  const results = useMemo<readonly Result[]>(
    () => (output.columns.length === 0 ? [] : [{ statement: '', table: tableOf(output) }]),
    [output],
  )
  const more = output.rowCount - output.rows.length
  return (
    <>
      <p className={style['kept']}>
        <time dateTime={new Date(output.endedAt).toISOString()} title={timeText(output.endedAt)}>
          {t('notebook.keptAt', { age: ageText(now - output.endedAt, i18n.language) })}
        </time>
        {kept.by !== '' && <span>{t('notebook.keptBy', { name: kept.by })}</span>}
        {more > 0 && <span>{t('notebook.keptOf', { shown: output.rows.length, all: countText(output.rowCount) })}</span>}
      </p>
      <Answer {...look} results={results} frame={0} messages={output.messages} failures={output.failures} source={output.text} hasEnded />
    </>
  )
}

interface AnswerProps extends AnswerLook {
  readonly results: readonly Result[]
  readonly frame: number
  readonly messages: readonly string[]
  readonly failures: readonly Failure[]
  readonly source: string
  readonly hasEnded: boolean
}

function Answer({ cell, label, results, frame, messages, failures, source, hasEnded, onView, onPlace }: AnswerProps) {
  const { t } = useTranslation()
  const [picked, setPicked] = useState<number>()
  const shown = Math.min(picked ?? results.length - 1, results.length - 1)
  const table = results[shown]?.table
  return (
    <>
      {messages.length > 0 && (
        <ul className={style['messages']}>
          {messages.slice(-8).map((message, at) => (
            <li key={`${at} ${message}`}>{message}</li>
          ))}
        </ul>
      )}
      {failures.map((failure, at) => (
        <FailureCard
          key={`${at} ${failure.code}`}
          failure={failure}
          source={source}
          onPlace={({ position }) => position !== null && onPlace(position.start, position.end)}
        />
      ))}
      {table !== undefined && (
        <div className={style['answer']}>
          <div className={style['bar']}>
            <SegmentedControl
              aria-label={t('notebook.views')}
              value={cell.view}
              onChange={(view) => onView({ view: view === 'chart' || view === 'changes' ? view : 'table' })}
              data={(['table', 'chart', 'changes'] as const).map((value) => ({ value, label: t(`sqlViews.${value}`) }))}
            />
            {results.length > 1 && (
              <div className={style['picker']}>
                {results.map(({ statement }, at) => (
                  <button key={at} type="button" aria-pressed={at === shown} title={statement} onClick={() => setPicked(at)}>
                    {at + 1}
                  </button>
                ))}
              </div>
            )}
          </div>
          <TableView key={shown} cell={cell} label={label} table={table} frame={frame} hasEnded={hasEnded} onView={onView} />
        </div>
      )}
    </>
  )
}

interface TableViewProps extends Pick<AnswerLook, 'cell' | 'label' | 'onView'> {
  readonly table: LiveTable
  readonly frame: number
  readonly hasEnded: boolean
}

const rowHeight = 26
const headHeight = 66
const rowsMax = 11
const liveRows = 6

function TableView({ cell, label, table, frame, hasEnded, onView }: TableViewProps) {
  const { t } = useTranslation()
  if (cell.view === 'chart')
    return (
      <div className={style['chart']}>
        <Suspense>
          <ChartView
            table={table}
            frame={frame}
            chart={chartIn(cell, table)}
            onChart={(chart) => onView({ chart: chartOut(chart, table) })}
          />
        </Suspense>
      </div>
    )
  const count = cell.view === 'changes' ? table.log.length : table.rows.length
  const rows = Math.min(rowsMax, Math.max(count, hasEnded ? 1 : liveRows))
  const named = `${label}: ${t(`sqlViews.${cell.view}`)}`
  return (
    <div className={style['rows']} style={{ height: headHeight + rows * rowHeight }}>
      {cell.view === 'changes' ? (
        <ChangelogView table={table} frame={frame} label={named} />
      ) : (
        <LiveGrid table={table} frame={frame} hasEnded={hasEnded} label={named} />
      )}
    </div>
  )
}

/** The chart that was chosen, where the columns that it names are there. */
function chartIn({ chart }: SqlCell, { columns }: LiveTable): DrawnChart | undefined {
  if (chart === null) return undefined
  const place = (name: string): number => columns.findIndex((column) => column.name === name)
  const [x, y] = [place(chart.x), place(chart.y)]
  const series = chart.series === null ? null : place(chart.series)
  return x < 0 || y < 0 || series === -1 ? undefined : { x, y, series, form: chart.form }
}

function chartOut({ x, y, series, form }: DrawnChart, { columns }: LiveTable): SqlCell['chart'] {
  const name = (at: number): string => columns[at]?.name ?? ''
  return { x: name(x), y: name(y), series: series === null ? null : name(series), form }
}
