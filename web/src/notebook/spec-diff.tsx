import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type DiffRow, diffLines } from '../job/line-diff.ts'
import style from '../job/versions-tab.module.css'
import type { NotebookSpec } from './notebook-spec.ts'
import { writeMarkdown } from './notebook-text.ts'

interface SpecDiffProps {
  readonly left: NotebookSpec
  readonly right: NotebookSpec
  readonly label: string
}

const contextLines = 3

/** Whether each line differs, or stands near to one that does. */
function nearChanges(rows: readonly DiffRow[]): boolean[] {
  const near = rows.map(() => false)
  for (const [at, { isSame }] of rows.entries())
    if (!isSame) near.fill(true, Math.max(0, at - contextLines), Math.min(rows.length, at + contextLines + 1))
  return near
}

/** Two notebooks beside one another, as the texts that they are written to files as: where they differ, with what is around it. */
export function SpecDiff({ left, right, label }: SpecDiffProps) {
  const { t } = useTranslation()
  const rows = useMemo(() => diffLines(writeMarkdown(left), writeMarkdown(right)), [left, right])
  const near = useMemo(() => nearChanges(rows), [rows])
  if (rows.every(({ isSame }) => isSame)) return <p className="quiet small">{t('versions.same')}</p>
  return (
    <section className={`sheet ${style['diff']}`} aria-label={label} tabIndex={0}>
      <table>
        <tbody>
          {rows.map((row, at) =>
            near[at] !== true ? (
              // One row stands for all lines that are left out.
              at > 0 && near[at - 1] !== true ? null : (
                <tr key={`${row.leftLine} ${row.rightLine}`}>
                  <td className={style['number']}>⋮</td>
                  <td className={style['text']} />
                  <td className={style['number']}>⋮</td>
                  <td className={style['text']} />
                </tr>
              )
            ) : (
              <tr key={`${row.leftLine} ${row.rightLine}`}>
                <td className={style['number']}>{row.left === null ? '' : row.leftLine}</td>
                <td className={style['text']} data-change={row.isSame ? 'none' : row.left === null ? 'void' : 'gone'}>
                  {row.left}
                </td>
                <td className={style['number']}>{row.right === null ? '' : row.rightLine}</td>
                <td className={style['text']} data-change={row.isSame ? 'none' : row.right === null ? 'void' : 'new'}>
                  {row.right}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  )
}
