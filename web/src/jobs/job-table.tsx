import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { ageText, countText, timeText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import { useNarrow } from '../parts/use-narrow.ts'
import { useNow } from '../parts/use-now.ts'
import { useRowWindow } from '../parts/use-row-window.ts'
import { JobMenu } from './job-menu.tsx'
import style from './job-table.module.css'
import type { JobsSearch } from './jobs-page.tsx'
import { RateBook } from './rate-book.ts'
import { StateMark } from './state-mark.tsx'
import type { JobRow } from './use-job-pages.ts'

interface JobTableProps {
  readonly rows: readonly JobRow[]
  readonly total: number
  readonly search: JobsSearch
  readonly onChange: (changes: Partial<Record<keyof JobsSearch, string | undefined>>) => void
  readonly onSight: (sight: { first: number; end: number }) => void
}

/** All jobs that match as one scrolled list, of which only what is in sight is drawn and asked for. */
export function JobTable({ rows, total, onChange, onSight }: JobTableProps) {
  const { t } = useTranslation()
  const isNarrow = useNarrow()
  const rowHeight = isNarrow ? 72 : 52
  const { ref, first, end, before, after, onScroll } = useRowWindow(total, rowHeight)
  const book = useRef<RateBook>(undefined)
  book.current ??= new RateBook()
  useEffect(() => onSight({ first, end }), [onSight, first, end])
  const rates = book.current
  return (
    <section className={style['scroll']} ref={ref} onScroll={onScroll} aria-label={t('nav.jobs')} tabIndex={0}>
      <table className={style['table']} aria-rowcount={total + 1}>
        <thead>
          <tr className={style['row']}>
            <th>{t('jobs.state')}</th>
            <th>{t('jobs.name')}</th>
            <th className={style['number']}>{t('jobs.rate')}</th>
            <th>{t('jobs.version')}</th>
            <th>{t('jobs.owner')}</th>
            <th>{t('jobs.changed')}</th>
            <th>
              <span className="hidden">{t('jobs.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ display: 'block', height: before }} />}
          {Array.from({ length: Math.max(0, end - first) }, (_, index) => {
            const row = rows[first + index]
            const at = first + index
            return row === undefined ? (
              <WaitingRow key={`waiting ${at}`} height={rowHeight} />
            ) : (
              <JobTableRow key={row.line.id} row={row} at={at} height={rowHeight} rates={rates} onChange={onChange} />
            )
          })}
          {after > 0 && <tr style={{ display: 'block', height: after }} />}
        </tbody>
      </table>
    </section>
  )
}

function WaitingRow({ height }: { readonly height: number }) {
  return (
    <tr className={style['row']} style={{ height }}>
      {[80, 200, 60, 30, 70, 60].map((width) => (
        <td key={width}>
          <span className={style['bone']} style={{ width }} />
        </td>
      ))}
      <td />
    </tr>
  )
}

interface JobTableRowProps {
  readonly row: JobRow
  readonly at: number
  readonly height: number
  readonly rates: RateBook
  readonly onChange: JobTableProps['onChange']
}

function JobTableRow({ row: { line, answeredAt }, at, height, rates, onChange }: JobTableRowProps) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const isNarrow = useNarrow()
  const { run } = line.status
  const isMoving = line.status.state === 'running' && line.status.evidence.kind === 'present'
  const report = run?.report ?? null
  const rate = isMoving && run !== null && report !== null ? rates.note(line.id, `${run.attempt}`, report) : undefined
  return (
    <tr className={style['row']} style={{ height }} aria-rowindex={at + 2}>
      <td className={style['state']}>
        <StateMark status={line.status} answeredAt={answeredAt} isInline={isNarrow} />
      </td>
      <td className={style['name']}>
        <Link to="/w/$workspace/jobs/$job" params={{ workspace, job: line.id }} className={`${style['link']} one-line`} title={line.name}>
          {line.name}
        </Link>
        <span className={style['under']}>
          {line.folder !== '' && (
            <button type="button" className={style['pick']} onClick={() => onChange({ folder: line.folder })}>
              <Icon name="folder" size={12} />
              <span className="one-line">{line.folder}</span>
            </button>
          )}
          {line.tags.slice(0, 3).map((tag) => (
            <button key={tag} type="button" className={style['tag']} onClick={() => onChange({ tag })}>
              <span className="one-line">{tag}</span>
            </button>
          ))}
          {line.tags.length > 3 && <span title={line.tags.slice(3).join(', ')}>+{line.tags.length - 3}</span>}
        </span>
      </td>
      <td className={`${style['number']} ${style['rate']}`}>
        {rate !== undefined && (
          <>
            <span>{t('jobs.perSecondIn', { amount: countText(rate.inPerSecond) })}</span>
            <span className="quiet small">{t('jobs.perSecondOut', { amount: countText(rate.outPerSecond) })}</span>
          </>
        )}
      </td>
      <td className={style['version']}>v{line.version}</td>
      <td className={style['owner']}>
        <button type="button" className={style['pick']} onClick={() => onChange({ owner: line.owner })}>
          <span className="one-line">{line.owner}</span>
        </button>
      </td>
      <td className={style['changed']}>
        <Changed at={line.changedAt} />
      </td>
      <td className={style['menu']}>
        <JobMenu job={{ id: line.id, name: line.name, version: line.version, status: line.status, wanted: line.wanted }} />
      </td>
    </tr>
  )
}

function Changed({ at }: { readonly at: number }) {
  const { t, i18n } = useTranslation()
  return (
    <time className="quiet" dateTime={new Date(at).toISOString()} title={timeText(at)}>
      {t('ago', { age: ageText(useNow() - at, i18n.language) })}
    </time>
  )
}
