import { useTranslation } from 'react-i18next'
import { countText } from '../parts/amount.ts'
import { useRowWindow } from '../parts/use-row-window.ts'
import { Cell, GridHead } from './live-grid.tsx'
import type { LiveTable } from './live-table.ts'
import style from './result-panel.module.css'
import { useColumnWidths } from './use-column-widths.ts'

interface ChangelogViewProps {
  readonly table: LiveTable
  readonly frame: number
  /** Which answer it is, where a page shows several. */
  readonly label?: string | undefined
}

/** The changes themselves, newest first. */
export function ChangelogView({ table, frame, label }: ChangelogViewProps) {
  const { t } = useTranslation()
  const { log } = table
  const widths = useColumnWidths(table)
  const { ref, first, end, before, after, onScroll } = useRowWindow(log.length, 26, 6)
  return (
    <>
      <div className={style['status']} data-frame={frame}>
        {t('sql.newestChanges', { shown: log.length, amount: countText(table.changeCount) })}
      </div>
      <section className={style['scroll']} ref={ref} onScroll={onScroll} aria-label={label ?? t('sqlViews.changes')} tabIndex={0}>
        <table className={style['grid']}>
          <GridHead columns={table.columns} widths={widths} withOp />
          <tbody>
            {before > 0 && <tr style={{ height: before }} />}
            {Array.from({ length: Math.max(0, end - first) }, (_, slot) => {
              const change = log[log.length - 1 - first - slot]
              if (change === undefined) return null
              return (
                <tr key={slot} data-op={change.op}>
                  <td className={style['op']}>{change.op}</td>
                  {table.columns.map(({ name, type }, index) => (
                    <Cell key={`${index} ${name}`} value={change.values[index]} type={type} />
                  ))}
                  <td />
                </tr>
              )
            })}
            {after > 0 && <tr style={{ height: after }} />}
          </tbody>
        </table>
      </section>
    </>
  )
}
