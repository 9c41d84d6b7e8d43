/** Errors as data that can be sent, stored and shown: of a bounded length, without secrets, and without a stack. */
import { type Blame, MillraceError, type TextPosition } from './error.ts'
import { baseErrors } from './errors.ts'
import { withoutGivenSecrets } from './given-secrets.ts'
import { shownOption, withoutSecrets } from './secret-text.ts'
import { shortened } from './shortened.ts'

/** What went wrong. */
export interface Failure {
  /** Such as `SQL_COLUMN_NOT_FOUND`, or `PROCESSES_PROCESS_ENDED`. */
  readonly code: string
  readonly blame: Blame
  readonly message: string
  readonly detail: string | null
  readonly hint: string | null
  /** In the text that was given; null where it is not known, or lies in another text. */
  readonly position: Omit<TextPosition, 'within'> | null
  /** What lay behind it, nearest first. */
  readonly causes: readonly string[]
}

const causesMax = 8
const causeMax = 500
/** Texts of others may be as long as they like. */
const textMax = 10_000

/** What made work fail; of several errors the first, with the others among its causes. */
export function failureOf(error: unknown): Failure {
  const [first, ...others] = failuresOf(error)
  if (first === undefined) return failureOf(baseErrors.BASE_UNEXPECTED({ problem: 'it failed without a reason' }))
  const also = others.map(({ message, position }) => (position === null ? message : `line ${position.line}: ${message}`))
  return { ...first, causes: [...first.causes, ...also].slice(0, causesMax) }
}

/** One for each error of a text. */
export function failuresOf(error: unknown): Failure[] {
  if (error instanceof AggregateError) return error.errors.flatMap(failuresOf)
  if (error instanceof MillraceError) return [ofCoded(error)]
  const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return [ofCoded(baseErrors.BASE_UNEXPECTED({ problem }, { cause: error instanceof Error ? error.cause : undefined }))]
}

/** The error that a failure was made of, as far as it tells. */
export function errorOf({ code, blame, message, detail, hint, position, causes }: Failure): MillraceError {
  const cause = causes.reduceRight<Error | undefined>((below, each) => new Error(each, { cause: below }), undefined)
  const extras = { detail: detail ?? undefined, hint: hint ?? undefined, position: position ?? undefined, cause }
  // Nothing is filled in: a message that came is no pattern.
  return new MillraceError(code, { blame, message }, {}, extras)
}

function ofCoded({ code, blame, message, detail, hint, position, cause }: MillraceError): Failure {
  return {
    code,
    blame,
    message: shown(message),
    detail: detail === undefined ? null : shown(detail),
    hint: hint === undefined ? null : shown(hint),
    position: position === undefined ? null : placeOf(position),
    causes: causesOf(cause),
  }
}

/** A place in another text would be shown in the wrong one. */
function placeOf({ line, column, start, end, within }: TextPosition): Failure['position'] {
  return within === undefined ? { line, column, start, end } : null
}

function causesOf(cause: unknown): string[] {
  const causes: string[] = []
  for (let each = cause; each instanceof Error && causes.length < causesMax; each = each.cause) causes.push(shown(each.message, causeMax))
  return causes
}

/** Secrets may stand in addresses, and between the quotes of SQL. */
function shown(text: string, lengthMax = textMax): string {
  return shortened(shownOption('', withoutSecrets(withoutGivenSecrets(shortened(text, textMax)))), lengthMax)
}
