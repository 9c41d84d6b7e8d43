/** What stands in the statement that makes a table, taken apart for people: columns, keys, watermark, options without their secrets. */
import { shownOption, withoutSecrets } from '#base'
import type { KeptDefinition } from '#catalog'
import { parseScript, type Statement } from '#sql'
import type { catalogRoutes } from './contract/catalog-routes.ts'
import type { AnswerOf } from './contract/route.ts'

type Entry = AnswerOf<(typeof catalogRoutes)['GET /workspaces/:workspace/catalog/:entry']>
type EntryParts = Pick<Entry, 'text' | 'columns' | 'primaryKey' | 'partitionedBy' | 'watermark' | 'options'>
type CreateTable = Extract<Statement, { kind: 'create-table' }>

interface Place {
  readonly start: number
  readonly end: number
}

export function entryParts({ text, columns }: Pick<KeptDefinition, 'text' | 'columns'>): EntryParts {
  const [statement] = parseScript(text).statements
  const table = statement?.kind === 'create-table' ? statement : null
  const textAt = ({ start, end }: Place): string => text.slice(start, end)
  const [watermark] = table?.watermarks ?? []
  return {
    text: withoutSecrets(text),
    columns: columns?.map((column) => ({ ...column, ...originOf(table, column.name, textAt) })) ?? null,
    primaryKey: (table?.constraints ?? []).flatMap((constraint) => constraint.columns.map((column) => column.text)),
    partitionedBy: (table?.partitionedBy ?? []).map((column) => column.text),
    watermark:
      watermark === undefined
        ? null
        : { column: watermark.column.parts.map((part) => part.text).join('.'), expression: textAt(watermark.expression.position) },
    options: optionsOf(statement).map(({ key, value }) => ({ key, value: shownOption(key, value) })),
  }
}

function originOf(
  table: CreateTable | null,
  name: string,
  textAt: (place: Place) => string,
): { origin: 'stored' | 'computed' | 'metadata'; expression: string | null } {
  const column = table?.columns.find((each) => each.name.text === name)
  if (column?.kind === 'computed-column') return { origin: 'computed', expression: textAt(column.expression.position) }
  if (column?.kind === 'metadata-column') return { origin: 'metadata', expression: column.key?.value ?? column.name.text }
  return { origin: 'stored', expression: null }
}

function optionsOf(statement: Statement | undefined): readonly { readonly key: string; readonly value: string }[] {
  if (statement === undefined || !hasOptions(statement)) return []
  return statement.options.map(({ key, value }) => ({ key: key.value, value: value.value }))
}

type WithOptions = Extract<Statement, { kind: 'create-table' | 'create-connection' | 'create-catalog' | 'create-database' }>

function hasOptions(statement: Statement): statement is WithOptions {
  return /^create-(?:table|connection|catalog|database)$/.test(statement.kind)
}
