import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { diffLines } from './line-diff.ts'
import style from './versions-tab.module.css'

interface LineDiffProps {
  /** Nothing where there is no such version. */
  readonly left: string | undefined
  readonly right: string | undefined
}

/** Two texts beside one another, with the lines that differ. */
export function LineDiff({ left, right }: LineDiffProps) {
  const { t } = useTranslation()
  const rows = useMemo(() => (left === undefined || right === undefined ? [] : diffLines(left, right)), [left, right])
  if (rows.every(({ isSame }) => isSame)) return <p className="quiet small">{t('versions.same')}</p>
  return (
    <section className={`sheet ${style['diff']}`} aria-label={t('versions.compare')} tabIndex={0}>
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
