import { useTranslation } from 'react-i18next'
import type { Failure } from '#api/contract'
import { failureOf } from '../api/call-failure.ts'
import { excerptAt } from './excerpt.ts'
import style from './failure-card.module.css'
import { Icon } from './icon.tsx'

interface FailureCardProps {
  readonly failure: Failure
  /** The text that the position of the failure is in. */
  readonly source?: string | undefined
  readonly onPlace?: ((failure: Failure) => void) | undefined
}

/** A failure as every page shows it: what happened, where, why, and what to do next. */
export function FailureCard({ failure, source, onPlace }: FailureCardProps) {
  const { t } = useTranslation()
  const { code, message, detail, hint, position, causes } = failure
  return (
    <div className={style['card']} role="alert">
      <Icon name="warning" />
      <div className="stack grow" style={{ gap: 4 }}>
        <div className={style['head']}>
          <span className="strong">{message}</span>
          <code className={style['code']}>{code}</code>
        </div>
        {detail !== null && <p>{detail}</p>}
        {causes.length > 0 && (
          <ol className={style['causes']} aria-label={t('failure.causes')}>
            {causes.map((cause, index) => (
              <li key={`${index} ${cause}`}>{cause}</li>
            ))}
          </ol>
        )}
        {position !== null && <Place failure={failure} source={source} onPlace={onPlace} />}
        {hint !== null && <p className={style['hint']}>{hint}</p>}
      </div>
    </div>
  )
}

function Place({ failure, source, onPlace }: FailureCardProps) {
  const { t } = useTranslation()
  const { position } = failure
  if (position === null) return null
  const place = t('failure.place', { line: position.line, column: position.column })
  const excerpt = source === undefined ? undefined : excerptAt(source, position)
  return (
    <>
      {onPlace === undefined ? (
        <span className="small quiet">{place}</span>
      ) : (
        <button type="button" className={style['place']} onClick={() => onPlace(failure)}>
          {place}
        </button>
      )}
      {excerpt !== undefined && (
        <pre className={style['excerpt']}>
          <span className={style['number']}>{position.line}</span>
          {excerpt.before}
          <mark>{excerpt.marked}</mark>
          {excerpt.after}
        </pre>
      )}
    </>
  )
}

/** The same for whatever was thrown. */
export function ErrorCard({ error }: { readonly error: unknown }) {
  return <FailureCard failure={failureOf(error)} />
}
