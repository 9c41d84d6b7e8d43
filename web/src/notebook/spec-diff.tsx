import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { diffLines } from '../job/line-diff.ts'
import style from '../job/versions-tab.module.css'
import type { NotebookSpec } from './notebook-spec.ts'
import { writeMarkdown } from './notebook-text.ts'

interface SpecDiffProps {
  readonly left: NotebookSpec
  readonly right: NotebookSpec
  readonly label: string
}

/** Two notebooks beside one another, as the texts that they are written to files as. */
export function SpecDiff({ left, right, label }: SpecDiffProps) {
  const { t } = useTranslation()
  const rows = useMemo(() => diffLines(writeMarkdown(left), writeMarkdown(right)), [left, right])
  if (rows.every(({ isSame }) => isSame)) return <p className="quiet small">{t('versions.same')}</p>
  return (
    <section className={`sheet ${style['diff']}`} aria-label={label} tabIndex={0}>
      <table>
        <tbody>
          {rows.map((row) => (
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
          ))}
        </tbody>
      </table>
    </section>
  )
}
