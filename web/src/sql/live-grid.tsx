import { Button } from '@mantine/core'
import { memo, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { countText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import { useRowWindow } from '../parts/use-row-window.ts'
import { cellText, isNumeric } from './cell-text.ts'
import type { Column, LiveRow, LiveTable } from './live-table.ts'
import style from './result-panel.module.css'
import { useColumnWidths } from './use-column-widths.ts'

const rowHeight = 26
const freshMs = 900
/** How many rows may be new at once and still be coloured, where rows are only added. */
const toldMax = 200

interface LiveGridProps {
  readonly table: LiveTable
  /** Says that the table has changed. */
  readonly frame: number
  /** Of what does not change any more there is nothing to pause. */
  readonly hasEnded: boolean
  /** Which answer it is, where a page shows several. */
  readonly label?: string | undefined
}

/** The rows of an answer as they are now: of a long table only what is in sight is drawn, once a frame at most. */
export function LiveGrid({ table, frame, hasEnded, label }: LiveGridProps) {
  const { t } = useTranslation()
  const [paused, setPaused] = useState<{ readonly rows: readonly LiveRow[]; readonly count: number }>()
  useLastLook(frame)
  const widths = useColumnWidths(table)
  const all = paused?.rows ?? table.rows
  // What is only added to is shown newest first, so that news are in sight.
  const isReversed = !table.isUpdating
  const { ref, first, end, before, after, onScroll } = useRowWindow(all.length, rowHeight, 6)
  const now = performance.now()
  // Where more is new than can be seen, colour would say nothing.
  const isTold = paused === undefined && (table.isUpdating || now - (all.at(-toldMax)?.changedAt ?? 0) > freshMs)
  const pause = (): void => {
    const copies = table.rows.map((row) => ({ ...row }))
    setPaused(paused === undefined ? { rows: copies, count: table.changeCount } : undefined)
  }
  return (
    <>
      <div className={style['status']}>
        <span>{t('sql.rows', { count: all.length })}</span>
        <span>{t('sql.changes', { amount: countText(table.changeCount) })}</span>
        {table.droppedCount > 0 && <span>{t('sql.dropped', { amount: countText(table.droppedCount) })}</span>}
        <span className="grow" />
        {paused !== undefined && <span>{t('sql.since', { amount: countText(table.changeCount - paused.count) })}</span>}
        {(!hasEnded || paused !== undefined) && (
          <Button
            size="compact-xs"
            variant={paused === undefined ? 'subtle' : 'filled'}
            leftSection={<Icon name={paused === undefined ? 'pause' : 'play'} size={12} />}
            onClick={pause}
          >
            {paused === undefined ? t('sql.pause') : t('sql.resume')}
          </Button>
        )}
      </div>
      <section className={style['scroll']} ref={ref} onScroll={onScroll} aria-label={label ?? t('sqlViews.table')} tabIndex={0}>
        <table className={style['grid']} aria-rowcount={all.length + 1}>
          <GridHead columns={table.columns} widths={widths} />
          <tbody>
            {before > 0 && <tr style={{ height: before }} />}
            {Array.from({ length: Math.max(0, end - first) }, (_, slot) => {
              const at = first + slot
              const row = all[isReversed ? all.length - 1 - at : at]
              // Slots rather than rows have keys: a frame changes texts, and makes no elements.
              return row === undefined ? null : (
                <GridRow
                  key={slot}
                  row={row}
                  columns={table.columns}
                  isFresh={isTold && now - row.changedAt < freshMs}
                  values={row.values}
                />
              )
            })}
            {after > 0 && <tr style={{ height: after }} />}
          </tbody>
        </table>
      </section>
    </>
  )
}

/** Draws once more when nothing comes any longer, so that the colours of the last changes fade. */
function useLastLook(frame: number): void {
  const [, setLooks] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    clearTimeout(timer.current)
    if (frame > 0) timer.current = setTimeout(() => setLooks((looks) => looks + 1), freshMs + 50)
    return () => clearTimeout(timer.current)
  }, [frame])
}

interface GridHeadProps {
  readonly columns: readonly Column[]
  readonly widths: readonly number[]
  readonly withOp?: boolean
}

/** Names and types of the columns. Widths are given, so that no row is measured while rows come. */
export const GridHead = memo(function GridHead({ columns, widths, withOp = false }: GridHeadProps) {
  const { t } = useTranslation()
  return (
    <>
      <colgroup>
        {withOp && <col style={{ width: 90 }} />}
        {widths.map((width, index) => (
          <col key={index} style={{ width: `calc(${width}ch + 40px)` }} />
        ))}
        <col />
      </colgroup>
      <thead>
        <tr>
          {withOp && <th>{t('sql.op')}</th>}
          {columns.map(({ name, type }, index) => (
            <th key={`${index} ${name}`} className={isNumeric(type) ? style['number'] : undefined}>
              {name}
              <span>{type.replace(/ NOT NULL$/, '')}</span>
            </th>
          ))}
          <td />
        </tr>
      </thead>
    </>
  )
})

interface GridRowProps {
  readonly row: LiveRow
  readonly values: readonly unknown[]
  readonly columns: readonly Column[]
  readonly isFresh: boolean
}

const GridRow = memo(function GridRow({ row, values, columns, isFresh }: GridRowProps) {
  const isNew = isFresh && row.before === undefined
  return (
    <tr data-fresh={isNew || undefined}>
      {columns.map(({ name, type }, index) => {
        const value = values[index]
        const isChanged = isFresh && row.before !== undefined && cellText(row.before[index]) !== cellText(value)
        return <Cell key={`${index} ${name}`} value={value} type={type} isChanged={isChanged} />
      })}
      <td />
    </tr>
  )
})

export function Cell({ value, type, isChanged = false }: { readonly value: unknown; readonly type: string; readonly isChanged?: boolean }) {
  const isNull = value === null || value === undefined
  const className = [isNumeric(type) ? style['number'] : '', isNull ? style['null'] : ''].filter(Boolean).join(' ')
  const text = cellText(value)
  return (
    <td className={className} data-changed={isChanged || undefined} title={text.length > 50 ? text : undefined}>
      {text}
    </td>
  )
}
