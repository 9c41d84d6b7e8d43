/**
 * What a format says of the messages in which a tool of change capture tells, in JSON, what happened to rows of a table: an envelope
 * that names the operation, with the rows in it. Reading and writing them is the same for all: json-change-format.ts.
 */
import { type DataType, stringType, timestampLtzType } from '#data'
import type { FormatTable } from './format.ts'
import type { JsonPath } from './json-envelope.ts'
import type { Option } from './options.ts'

/** `none` is an operation that changes no row. */
export type ChangeOperation = 'insert' | 'update' | 'delete' | 'none'

export interface ChangeEnvelope {
  /** What says which operation it is, and the operations by their names. */
  readonly operation: JsonPath
  readonly operations: Readonly<Record<string, ChangeOperation>>
  /** The row before and after. */
  readonly before: JsonPath
  readonly after: JsonPath
  /**
   * What `before` holds: the whole row, also of a delete; or a patch with what an update changed, while a row that was deleted is in
   * `after`.
   */
  readonly beforeIs: 'whole' | 'patch'
  /** Whether `before` and `after` are arrays of rows. */
  readonly isArray: boolean
  /** Messages whose texts at these paths do not match give no rows. */
  readonly included: readonly { readonly path: JsonPath; readonly pattern: RegExp }[]
  /** What the envelope's inner part is called, if it has one. */
  readonly payload: JsonPath
}

/** How a value of metadata stands in the envelope; times as milliseconds or seconds since 1970, or as texts. */
export type MetadataForm = 'value' | 'milliseconds' | 'seconds' | 'sql-time' | 'iso-time'

export interface ChangeMetadata {
  readonly key: string
  readonly type: DataType
  readonly path: JsonPath
  /** Whether the path begins outside of the payload. */
  readonly isOutside?: true
  readonly form: MetadataForm
}

export interface JsonChangeFormat {
  readonly name: string
  /** Besides those that all share. */
  readonly options: readonly Option[]
  readonly envelope: (table: FormatTable) => ChangeEnvelope
  readonly metadata: readonly ChangeMetadata[]
  /** How a row is written that is new or gone; fails where the table cannot be written. */
  readonly spelling: (table: FormatTable) => ChangeSpelling
}

/** What stands before and behind a row. */
export interface ChangeSpelling {
  readonly inserted: readonly [before: string, behind: string]
  readonly deleted: readonly [before: string, behind: string]
}

export const textMapType: DataType = { kind: 'map', key: stringType, value: stringType, nullable: true }
export const textArrayType: DataType = { kind: 'array', element: stringType, nullable: true }

export function textMetadata(key: string, path: JsonPath): ChangeMetadata {
  return { key, type: stringType, path, form: 'value' }
}

export function timeMetadata(key: string, path: JsonPath, form: MetadataForm): ChangeMetadata {
  return { key, type: timestampLtzType, path, form }
}

/** The spelling of formats that have a row in `before` or in `after`. */
export function beforeAfterSpelling(
  { options }: FormatTable,
  format: string,
  words: { readonly operation: string; readonly inserted: string; readonly deleted: string },
): ChangeSpelling {
  const [noBefore, noAfter] = options.flag(`${format}.encode.ignore-null-fields`) ? ['', ''] : ['"before":null,', ',"after":null']
  return {
    inserted: [`{${noBefore}"after":`, `,"${words.operation}":"${words.inserted}"}`],
    deleted: ['{"before":', `${noAfter},"${words.operation}":"${words.deleted}"}`],
  }
}
