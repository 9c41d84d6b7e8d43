import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyPage } from '../parts/empty-page.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { ChangelogView } from './changelog-view.tsx'
import { HistoryView } from './history-view.tsx'
import { LiveGrid } from './live-grid.tsx'
import { MessageList } from './message-list.tsx'
import { PlanView } from './plan-view.tsx'
import style from './result-panel.module.css'
import type { PastRun } from './sql-tabs.ts'
import { useRunView } from './sql-toolbar.tsx'
import type { Result, StatementRun } from './statement-run.ts'

const ChartView = lazy(() => import('./chart-view.tsx').then(({ ChartView: component }) => ({ default: component })))

const views = [
  ['table', 'table'],
  ['changes', 'log'],
  ['chart', 'chart'],
  ['plan', 'plan'],
  ['messages', 'bell'],
  ['history', 'history'],
] as const satisfies readonly (readonly [string, IconName])[]

export type ResultView = (typeof views)[number][0]

interface ResultPanelProps {
  readonly run: StatementRun | undefined
  readonly view: ResultView
  readonly text: string
  readonly pastRuns: readonly PastRun[]
  readonly onView: (view: ResultView) => void
  readonly onPlace: (start: number, end: number) => void
  readonly onText: (text: string) => void
}

/** What a run gave, in the form that was chosen. */
export function ResultPanel({ run, view, text, pastRuns, onView, onPlace, onText }: ResultPanelProps) {
  const { t } = useTranslation()
  const state = useRunView(run)
  const [picked, setPicked] = useState<{ readonly run: StatementRun | undefined; readonly at: number }>()
  const results = state?.results ?? []
  const at = picked !== undefined && picked.run === run ? Math.min(picked.at, results.length - 1) : results.length - 1
  const failures = state?.messages.filter(({ kind }) => kind === 'failed').length ?? 0
  const shown = view === 'table' && results.length === 0 && failures > 0 ? 'messages' : view
  return (
    <div className={style['panel']}>
      <div className={style['bar']}>
        <div className={style['views']} role="tablist" aria-label={t('sql.views')}>
          {views.map(([name, icon]) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={shown === name}
              className={style['view']}
              onClick={() => onView(name)}
            >
              <Icon name={icon} size={14} />
              {t(`sqlViews.${name}`)}
              {name === 'messages' && failures > 0 && <span className={style['failures']}>{failures}</span>}
            </button>
          ))}
        </div>
        {results.length > 1 && <ResultPicker results={results} at={at} onPick={(next) => setPicked({ run, at: next })} />}
      </div>
      <div className={style['body']}>
        {shown === 'history' && <HistoryView runs={pastRuns} onText={onText} />}
        {shown === 'plan' && <PlanView text={text} />}
        {shown === 'messages' && <MessageList messages={state?.messages ?? []} source={text} onPlace={onPlace} />}
        {(shown === 'table' || shown === 'changes' || shown === 'chart') && (
          <Rows view={shown} result={results[at]} frame={state?.frame ?? 0} isEnded={state?.endedAt !== undefined} />
        )}
      </div>
    </div>
  )
}

interface RowsProps {
  readonly view: 'table' | 'changes' | 'chart'
  readonly result: Result | undefined
  readonly frame: number
  readonly isEnded: boolean
}

function Rows({ view, result, frame, isEnded }: RowsProps) {
  const { t } = useTranslation()
  if (result === undefined) {
    return isEnded ? (
      <EmptyPage icon="check" title={t('sql.noRowsTitle')} text={t('sql.noRowsText')} />
    ) : (
      <EmptyPage icon="bolt" title={t('sql.emptyTitle')} text={t('sql.emptyText')} />
    )
  }
  if (view === 'table') return <LiveGrid key={result.statement} table={result.table} frame={frame} hasEnded={isEnded} />
  if (view === 'changes') return <ChangelogView table={result.table} frame={frame} />
  return (
    <Suspense>
      <ChartView table={result.table} frame={frame} />
    </Suspense>
  )
}

interface ResultPickerProps {
  readonly results: readonly Result[]
  readonly at: number
  readonly onPick: (at: number) => void
}

function ResultPicker({ results, at, onPick }: ResultPickerProps) {
  const { t } = useTranslation()
  return (
    <div className={style['picker']}>
      {results.map(({ statement }, index) => (
        <button
          key={`${index} ${statement}`}
          type="button"
          aria-pressed={index === at}
          title={statement}
          aria-label={t('sql.result', { number: index + 1 })}
          onClick={() => onPick(index)}
        >
          {index + 1}
        </button>
      ))}
    </div>
  )
}
