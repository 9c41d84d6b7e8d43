import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { bytesText } from '../parts/amount.ts'
import { FailureCard } from '../parts/failure-card.tsx'
import { StateFragment } from './state-fragment.tsx'
import style from './state-verdict.module.css'

type Check = Answer<'POST /workspaces/:workspace/jobs/check'>
type Verdict = NonNullable<Check['verdict']>

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
          {verdict.dropsState && <p className="strong">{lossOf(verdict.dropped, t)}</p>}
          <ul className={style['parts']}>
            {inOrder(verdict.operators).map((part, index) => (
              <li key={`${index} ${part.operator}`}>
                <span className={style['word']} data-verdict={part.verdict}>
                  {t(`verdict.words.${part.verdict}`)}
                </span>
                <div className="grow">
                  <div className="row apart">
                    <span className="strong">{part.operator}</span>
                    <span className={`quiet ${style['size']}`}>{sizeOf(part, t)}</span>
                  </div>
                  <div className="quiet">{part.why}</div>
                  {part.fragment !== null && <StateFragment fragment={part.fragment} isBefore={part.verdict === 'dropped'} />}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

/** What is lost comes first. */
function inOrder(operators: Verdict['operators']): Verdict['operators'] {
  const places = { dropped: 0, kept: 1, new: 2 }
  return [...operators].sort((a, b) => places[a.verdict] - places[b.verdict])
}

/** How much it is, in bytes and entries; nothing for what is new. */
function sizeOf({ verdict, bytes, holds }: Verdict['operators'][number], t: TFunction): string {
  if (bytes === null) return verdict === 'new' ? '' : t('verdict.sizeUnknown')
  const entries = holds.reduce((sum, held) => sum + held.entries, 0)
  return holds.length === 0
    ? bytesText(bytes)
    : `${bytesText(bytes)} · ${t('verdict.entries', { count: entries, shown: entries.toLocaleString('en-US') })}`
}

function lossOf({ operators, bytes, unmeasured }: Verdict['dropped'], t: TFunction): string {
  const known = bytes === null ? t('verdict.sizeUnknown') : bytesText(bytes)
  const size = bytes !== null && unmeasured > 0 ? t('verdict.atLeast', { size: known }) : known
  return t('verdict.loss', { operators: t('verdict.dropsOf', { count: operators }), size })
}
