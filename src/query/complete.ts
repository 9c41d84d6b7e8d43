/** What may be typed at a place: keywords from the grammar, names from the catalog. */
import type { Catalog } from '#catalog'
import { type Column, printType } from '#data'
import type { Engine } from '#engines'
import { builtInFunctions, type TablePath, writtenName } from '#plan'
import { type Expectation, expectedAt, type NameKind, type TableInScope } from '#sql'
import { settingRows } from './settings.ts'

export interface Completion {
  /** What to put in the place of the word that stands there. */
  readonly text: string
  readonly kind:
    | 'keyword'
    | 'table'
    | 'column'
    | 'function'
    | 'type'
    | 'setting'
    | 'catalog'
    | 'database'
    | 'connection'
    | 'option'
    | 'value'
  /** One line that says more, such as a column's type. */
  readonly detail: string
}

/** What may be typed at a place. */
export interface Completions {
  /** Where what is chosen goes, up to the place: in a text in quotes behind the quote, else where the word begins, with its quote. */
  readonly from: number
  readonly found: readonly Completion[]
}

/** Columns of a table or view as the catalog knows them; null when it does not. */
export type ColumnsOf = (path: TablePath) => readonly Column[] | null

const types = [
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INT',
  'BIGINT',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'CHAR',
  'VARCHAR',
  'STRING',
  'BYTES',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMP_LTZ',
  'ARRAY',
  'MAP',
  'MULTISET',
  'ROW',
]

export function completeAt(text: string, offset: number, catalog: Catalog, columnsOf: ColumnsOf): Completion[] {
  return namesAt(expectedAt(text, offset), catalog, columnsOf)
}

/** The same, with keys of options that a WITH clause does not have yet, and values of those whose values are a list. */
export async function completeWithOptionsAt(
  text: string,
  offset: number,
  {
    catalog,
    columnsOf,
    describe,
  }: { readonly catalog: Catalog; readonly columnsOf: ColumnsOf; readonly describe: Engine['describeOptions'] },
): Promise<Completions> {
  const expectation = expectedAt(text, offset)
  const options = await optionsOf(expectation, describe)
  // Names are given with their quotes, where they need them.
  const from = expectation.quote === '`' ? expectation.start - 1 : expectation.start
  return { from, found: [...namesAt(expectation, catalog, columnsOf), ...fitting(expectation, options)] }
}

function namesAt(expectation: Expectation, catalog: Catalog, columnsOf: ColumnsOf): Completion[] {
  return fitting(expectation, [
    ...expectation.kinds.flatMap((kind) => namesOf(kind, expectation, catalog, columnsOf)),
    ...expectation.keywords.map((keyword): Completion => ({ text: keyword, kind: 'keyword', detail: '' })),
  ])
}

async function optionsOf(expectation: Expectation, describe: Engine['describeOptions']): Promise<Completion[]> {
  const { kinds, options, qualifier } = expectation
  if (kinds.includes('connector-option')) {
    const free = (await describe(options)).filter(({ key }) => !Object.hasOwn(options, key))
    return free.map(({ key, description }) => ({ text: quoted(key, expectation), kind: 'option', detail: description }))
  }
  if (!kinds.includes('option-value')) return []
  const option = (await describe(options)).find(({ key }) => key === qualifier[0])
  return (option?.values ?? []).map((value) => ({ text: quoted(value, expectation), kind: 'value', detail: option?.description ?? '' }))
}

/** Those that begin as the word does that stands there, each once. */
function fitting({ prefix }: Expectation, candidates: readonly Completion[]): Completion[] {
  const wanted = prefix.toLowerCase()
  const seen = new Set<string>()
  return candidates.filter((candidate) => {
    const fits = candidate.text.replace(/^['`]/, '').replaceAll('`', '').toLowerCase().startsWith(wanted) && !seen.has(candidate.text)
    seen.add(candidate.text)
    return fits
  })
}

function namesOf(kind: NameKind, expectation: Expectation, catalog: Catalog, columnsOf: ColumnsOf): Completion[] {
  const named = (names: readonly string[], as: Completion['kind'], detail: string): Completion[] =>
    names.map((name) => ({ text: writtenName(name), kind: as, detail }))
  switch (kind) {
    case 'catalog':
      return named(catalog.catalogNames(), 'catalog', 'catalog')
    case 'database':
      return named(catalog.databaseNames(catalog.current[0]), 'database', 'database')
    case 'connection':
      return named(catalog.connectionNames(qualified(expectation.qualifier, catalog)), 'connection', 'connection')
    case 'view':
      return named(catalog.viewNames(qualified(expectation.qualifier, catalog)), 'table', 'view')
    case 'table':
      return [
        ...named(
          expectation.commonTables.flatMap((table) => table.name),
          'table',
          'WITH',
        ),
        ...named(catalog.tableNames(qualified(expectation.qualifier, catalog)), 'table', 'table'),
      ]
    case 'column':
      return expectation.tables.flatMap((table) => columnsIn(table, expectation, catalog, columnsOf))
    case 'function':
      return functions(catalog)
    case 'type':
      return types.map((text) => ({ text, kind: 'type', detail: 'type' }))
    case 'setting':
      return Object.entries(settingRows).map(([key, row]) => ({ text: quoted(key, expectation), kind: 'setting', detail: row.description }))
    default:
      return []
  }
}

function quoted(key: string, { quote }: Expectation): string {
  return quote === '' ? `'${key}'` : key
}

function qualified(qualifier: readonly string[], { current }: Catalog): readonly [string, string] {
  const [first, second] = qualifier
  if (first === undefined) return current
  return second === undefined ? [current[0], first] : [first, second]
}

/** The columns of a table in scope; after `t.` those of `t` alone. */
function columnsIn(table: TableInScope, expectation: Expectation, catalog: Catalog, columnsOf: ColumnsOf): Completion[] {
  const name = table.alias ?? table.name.at(-1)
  const [qualifier] = expectation.qualifier
  if (qualifier !== undefined && qualifier !== name) return []
  const own: Completion[] =
    qualifier === undefined && name !== undefined ? [{ text: writtenName(name), kind: 'table', detail: 'table' }] : []
  if (table.columns !== undefined)
    return [...table.columns.map((text): Completion => ({ text: writtenName(text), kind: 'column', detail: '' })), ...own]
  const [last = '', database = catalog.current[1], first = catalog.current[0]] = [...table.name].reverse()
  const columns = columnsOf([first, database, last]) ?? []
  return [
    ...columns.map((column): Completion => ({ text: writtenName(column.name), kind: 'column', detail: printType(column.type) })),
    ...own,
  ]
}

function functions(catalog: Catalog): Completion[] {
  const builtIn = Array.from(builtInFunctions, ([name, { usage }]): Completion => ({ text: name, kind: 'function', detail: usage }))
  const users = [...catalog.systemFunctionNames(), ...catalog.functionNames(catalog.current)]
  return [...builtIn, ...users.map((name): Completion => ({ text: writtenName(name), kind: 'function', detail: 'user function' }))]
}
