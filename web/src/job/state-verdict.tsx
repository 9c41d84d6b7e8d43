import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { bytesText } from '../parts/amount.ts'
import { FailureCard } from '../parts/failure-card.tsx'
import style from './state-verdict.module.css'

type Check = Answer<'POST /workspaces/:workspace/jobs/check'>

interface StateVerdictProps {
  readonly check: Check
  readonly source: string
  readonly onPlace?: ((place: { readonly start: number; readonly end: number }) => void) | undefined
}

/** What was found wrong with a new version, and what it does to each part of the state. */
export function StateVerdict({ check: { diagnostics, verdict }, source, onPlace }: StateVerdictProps) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      {diagnostics.map((failure) => (
        <FailureCard
          key={`${failure.code} ${failure.position?.start} ${failure.message}`}
          failure={failure}
          source={source}
          onPlace={onPlace && (({ position }) => position !== null && onPlace(position))}
        />
      ))}
      {diagnostics.length === 0 && verdict === null && <p className="quiet small">{t('verdict.none')}</p>}
      {verdict !== null && (
        <>
          <p>{verdict.dropsState ? t('verdict.drops') : t('verdict.keeps')}</p>
          <ul className={style['parts']}>
            {verdict.operators.map((part) => (
              <li key={part.operator}>
                <span className={style['word']} data-verdict={part.verdict}>
                  {t(`verdict.words.${part.verdict}`)}
                </span>
                <div className="grow">
                  <div className="row apart">
                    <span className="strong">{part.operator}</span>
                    {part.bytes !== null && <span className="quiet">{bytesText(part.bytes)}</span>}
                  </div>
                  <div className="quiet">{part.why}</div>
                  {part.fragment !== null && <code>{part.fragment}</code>}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
