/** What the two kinds of writers have in common: the checks when they are opened, and what is said of a row that is refused. */
import type { MillraceError } from '#base'
import { listed } from '#base'
import { type Schema, timeZone } from '#data'
import type { WriteRequest } from '../connector.ts'
import { cellEncoder, describeKey, type EncodeCell, rowJson } from './cell-encoder.ts'
import { targetColumns } from './column-fit.ts'
import type { Database } from './database.ts'
import type { RowStatements, TargetColumn, TargetTable, Texts, WriteShape } from './dialect.ts'
import { jdbcErrors } from './errors.ts'
import { describeFailure } from './failure-words.ts'
import type { Session } from './session.ts'

export interface WriterShape extends WriteShape {
  readonly database: Database
  readonly schema: Schema
  readonly request: WriteRequest
  readonly encoders: readonly EncodeCell[]
  readonly statements: RowStatements
}

/** About how many bytes of texts a statement has at most: more is not faster, and both databases take it as they are installed. */
export const statementBytesMax = 3_000_000

/** Looks whether rows can be written to the table. */
export async function writerShape(database: Database, session: Session, request: WriteRequest): Promise<WriterShape> {
  const { settings, dialect, place } = database
  const target = await database.describe(session)
  const { schema } = request
  const columns = targetColumns(schema, target, place.table)
  checkOthers(target, columns, place.table)
  const key = settings.table.primaryKey.map((name) => schema.findIndex((column) => column.name === name))
  checkKey(target, columns, key, place.table)
  const zone = timeZone(settings.table.timeZone)
  const shape: WriteShape = { target, columns, key }
  for (const { sql, values } of dialect.probe(shape)) await session.query(sql, values)
  return {
    ...shape,
    database,
    schema,
    request,
    encoders: columns.map((column, index) => cellEncoder((schema[index] as Schema[number]).type, column, dialect.name, zone)),
    statements: dialect.rowStatements(shape),
  }
}

function checkOthers(target: TargetTable, columns: readonly TargetColumn[], table: string): void {
  const missing = target.columns.find((each) => !each.nullable && !each.hasDefault && !each.isGenerated && !columns.includes(each))
  if (missing !== undefined) throw jdbcErrors.CONNECTORS_JDBC_COLUMN_MISSING({ column: missing.name, target: target.name, table })
}

/** Upserts find a row by a key that the database keeps unique. */
function checkKey(target: TargetTable, columns: readonly TargetColumn[], key: readonly number[], table: string): void {
  if (key.length === 0) return
  const names = key.map((place) => columns[place]?.name ?? '')
  const isUnique = target.uniqueKeys.some((each) => each.length === names.length && each.every((name) => names.includes(name)))
  if (isUnique) return
  const keys = target.uniqueKeys.map((each) => `(${each.join(', ')})`)
  throw jdbcErrors.CONNECTORS_JDBC_KEY_MISMATCH(
    { key: names.join(', '), table, target: target.name },
    {
      detail: keys.length === 0 ? 'It has no unique key.' : `Its unique keys are ${listed(keys)}.`,
      hint: 'Declare one of its unique keys as PRIMARY KEY, or create the one that is meant in the database.',
    },
  )
}

/** Hands a row that is refused for good to the dead letters, or ends the work. */
export function refuseRow(shape: WriterShape, texts: Texts, row: number, error: unknown): void {
  const refused = refusal(shape, texts, row, error)
  const { deadLetters, meter } = shape.request
  meter.errors++
  if (deadLetters === null) throw refused
  const keyTexts = shape.key.map((place) => texts[place]?.[row] ?? null)
  const names = shape.key.map((place) => shape.schema[place]?.name ?? '')
  const position = JSON.stringify(Object.fromEntries(names.map((name, index) => [name, keyTexts[index]])))
  deadLetters({
    code: refused.code,
    message: `${refused.message}. ${refused.detail}`,
    position,
    key: shape.key.length === 0 ? null : Buffer.from(position),
    value: Buffer.from(
      rowJson(
        shape.schema,
        texts.map((column) => column[row] ?? null),
      ),
    ),
  })
}

function refusal(shape: WriterShape, texts: Texts, row: number, error: unknown): MillraceError {
  const names = shape.key.map((place) => shape.schema[place]?.name ?? '')
  const keyTexts = shape.key.map((place) => texts[place]?.[row] ?? null)
  const key = names.length === 0 ? 'no primary key' : describeKey(names, keyTexts)
  return jdbcErrors.CONNECTORS_JDBC_ROW_REFUSED(
    { key, table: shape.database.place.table },
    { detail: `The database said: ${describeFailure(error)}.` },
  )
}
