/** Errors as data that can be sent, stored and shown: without secrets, and without a stack. */
import { MillraceError, shortened, shownOption, withoutSecrets } from '#base'
import type { RunFailure } from '#jobs'
import { processErrors } from './errors.ts'

const causesMax = 8
const textMax = 10_000
const causeMax = 500

/** What made work fail; of several errors the first, with the others among its causes. */
export function failureOf(error: unknown): RunFailure {
  const [first, ...others] = failuresOf(error)
  if (first === undefined) return failureOf(processErrors.PROCESSES_UNEXPECTED({ problem: 'it failed without a reason' }))
  const also = others.map(({ message, position }) => (position === null ? message : `line ${position.line}: ${message}`))
  return { ...first, causes: [...first.causes, ...also].slice(0, causesMax) }
}

/** One for each error of a text. */
export function failuresOf(error: unknown): RunFailure[] {
  if (error instanceof AggregateError) return error.errors.flatMap(failuresOf)
  if (error instanceof MillraceError) return [ofCoded(error)]
  const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return [ofCoded(processErrors.PROCESSES_UNEXPECTED({ problem }, { cause: error instanceof Error ? error.cause : undefined }))]
}

function ofCoded({ code, blame, message, detail, hint, position, cause }: MillraceError): RunFailure {
  return {
    code,
    blame,
    message: shown(message),
    detail: detail === undefined ? null : shown(detail),
    hint: hint === undefined ? null : shown(hint),
    position: position === undefined ? null : { line: position.line, column: position.column, start: position.start, end: position.end },
    causes: causesOf(cause),
  }
}

function causesOf(cause: unknown): string[] {
  const causes: string[] = []
  for (let each = cause; each instanceof Error && causes.length < causesMax; each = each.cause) causes.push(shown(each.message, causeMax))
  return causes
}

/** Secrets may stand in addresses, and between the quotes of SQL. */
function shown(text: string, lengthMax = textMax): string {
  return shortened(shownOption('', withoutSecrets(shortened(text, textMax))), lengthMax)
}

/** The error that a failure was made of, as far as it tells. */
export function errorOf({ code, blame, message, detail, hint, position, causes }: RunFailure): MillraceError {
  const cause = causes.reduceRight<Error | undefined>((below, each) => new Error(each, { cause: below }), undefined)
  const extras = { detail: detail ?? undefined, hint: hint ?? undefined, position: position ?? undefined, cause }
  // Nothing is filled in: a message that came is no pattern.
  return new MillraceError(code, { blame, message }, {}, extras)
}
