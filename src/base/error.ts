/**
 * The one error class of Millrace, and the tables that every coded error is a row of.
 *
 * A room defines its errors once, as data, and raises them by code:
 *
 *     const sqlErrors = defineErrors({
 *       SQL_COLUMN_NOT_FOUND: {
 *         blame: 'user',
 *         message: 'column "{column}" does not exist in {owner}',
 *       },
 *     })
 *     throw sqlErrors.SQL_COLUMN_NOT_FOUND({ column: 'amout', owner: 'table "orders"' }, { hint: 'Use "amount".' })
 */
import { shortened } from './shortened.ts'

/** Who has to act: the person who asked, something outside the process, or the authors of Millrace. */
export type Blame = 'user' | 'external' | 'internal'

/** One row of an error table. Braced names in the texts are filled from the parameters of the error. */
export interface ErrorRow {
  readonly blame: Blame
  /** What happened: under 100 characters, lower-case start, no final period. */
  readonly message: string
  /** Full sentences that say more. */
  readonly detail?: string
  /** Full sentences that say what to do next. */
  readonly hint?: string
}

/** A place in a text: offsets count UTF-16 units from 0, lines and columns count from 1. */
export interface TextPosition {
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
  /** What the place is in, when that is another text: `view "v": 10 / a`. */
  readonly within?: string
}

export type ErrorParameters = Readonly<Record<string, string | number | bigint>>

export interface ErrorExtras {
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly position?: TextPosition | undefined
  readonly cause?: unknown
}

export class MillraceError extends Error {
  readonly code: string
  readonly blame: Blame
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly position: TextPosition | undefined

  constructor(code: string, row: ErrorRow, parameters: ErrorParameters, extras: ErrorExtras = {}) {
    super(fill(row.message, parameters), extras.cause === undefined ? undefined : { cause: extras.cause })
    this.name = 'MillraceError'
    this.code = code
    this.blame = row.blame
    this.detail = extras.detail ?? (row.detail === undefined ? undefined : fill(row.detail, parameters))
    this.hint = extras.hint ?? (row.hint === undefined ? undefined : fill(row.hint, parameters))
    this.position = extras.position
  }

  /** The same error with other extras, such as a place that whoever raised it did not know. */
  with(changes: ErrorExtras & { readonly message?: string }): MillraceError {
    const { code, blame, message, detail, hint, position, cause } = this
    return new MillraceError(code, { blame, message: changes.message ?? message }, {}, { detail, hint, position, cause, ...changes })
  }
}

export type ErrorFactory = (parameters?: ErrorParameters, extras?: ErrorExtras) => MillraceError

const allErrors = new Map<string, ErrorRow>()

/** Turns a table of error rows into functions that create the errors. Codes are unique in the whole product. */
export function defineErrors<Rows extends Record<string, ErrorRow>>(rows: Rows): { readonly [Code in keyof Rows]: ErrorFactory } {
  const factories: Record<string, ErrorFactory> = {}
  for (const [code, row] of Object.entries(rows)) {
    assert(!allErrors.has(code), `error code ${code} is defined twice`)
    allErrors.set(code, row)
    factories[code] = (parameters = {}, extras = {}) => new MillraceError(code, row, parameters, extras)
  }
  return factories as { readonly [Code in keyof Rows]: ErrorFactory }
}

/** Every error row that the loaded rooms define, by code. */
export function definedErrors(): ReadonlyMap<string, ErrorRow> {
  return allErrors
}

/** Stops the work when an invariant of ours does not hold: such an error is always blamed on Millrace itself. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new MillraceError('BASE_INVARIANT_BROKEN', invariantBroken, { message })
}

/** Marks a branch that the types rule out. */
export function unreachable(value: never): never {
  throw new MillraceError('BASE_INVARIANT_BROKEN', invariantBroken, { message: `unexpected value ${String(value)}` })
}

const invariantBroken: ErrorRow = { blame: 'internal', message: 'an invariant does not hold: {message}' }
allErrors.set('BASE_INVARIANT_BROKEN', invariantBroken)

/** What people wrote is quoted in messages, and may be as long as they like. */
const quotedLengthMax = 300

function fill(template: string, parameters: ErrorParameters): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name]
    return value === undefined ? whole : shortened(String(value), quotedLengthMax)
  })
}
