import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { SqlText } from '../parts/sql-text.tsx'
import style from './state-verdict.module.css'

type Verdict = NonNullable<Answer<'POST /workspaces/:workspace/jobs/check'>['verdict']>
type Part = Verdict['operators'][number]

interface StateFragmentProps {
  readonly fragment: NonNullable<Part['fragment']>
  /** Whether it is of the version that runs, and not of the new one. */
  readonly isBefore: boolean
}

/** So much of a fragment is shown at first. */
const shownMax = 160

/** What a piece of state is kept for, as it is written, and where; a long one in full when that is asked for. */
export function StateFragment({ fragment: { text, line, column, isCut, view }, isBefore }: StateFragmentProps) {
  const { t } = useTranslation()
  const [isWhole, setIsWhole] = useState(false)
  const isLong = text.length > shownMax
  const shown = isLong && !isWhole ? `${Array.from(text.slice(0, shownMax)).slice(0, -1).join('')}…` : text
  const place =
    view !== null ? t('verdict.atView', { view, line, column }) : t(isBefore ? 'verdict.atBefore' : 'verdict.at', { line, column })
  return (
    <div className={style['fragment']}>
      <SqlText text={isCut && !shown.endsWith('…') ? `${shown} …` : shown} />
      <div className="row apart quiet small">
        <span>{place}</span>
        {isLong && (
          <button type="button" className={style['more']} aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
            {t(isWhole ? 'verdict.less' : 'verdict.whole')}
          </button>
        )}
      </div>
    </div>
  )
}
