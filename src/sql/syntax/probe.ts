import { MillraceError } from '#base'
import type { Cursor } from './cursor.ts'
import type { Schema } from './parse/create-table.ts'
import type { Token } from './token.ts'
import type { Identifier, Name, Query, QueryBody, TableReference } from './tree.ts'

/** What a name may stand for at some place. */
export type NameKind =
  | 'catalog'
  | 'column'
  | 'connection'
  | 'connector-option'
  | 'database'
  | 'function'
  | 'hint'
  | 'module'
  /** A name that is made up here: an alias, a new table. */
  | 'new-name'
  /** Of the option that the qualifier names. */
  | 'option-value'
  | 'setting'
  | 'table'
  | 'type'
  | 'view'
  | 'window'

/** A table whose columns can be named at a place. */
export interface TableInScope {
  /** Catalog, database and table as written; empty for a table that has no name, only an alias. */
  readonly name: readonly string[]
  readonly alias?: string
  /** The columns, where the text itself says them: those of a subquery, or of the table being created. */
  readonly columns?: readonly string[]
}

interface Scope {
  /** Where the query starts in the tokens. */
  readonly start: number
  readonly tables: TableInScope[]
  hasFrom: boolean
}

/** Collects what the parser would have accepted at one place: the token of kind 'probe'. */
export class Probe {
  readonly keywords = new Set<string>()
  readonly symbols = new Set<string>()
  readonly kinds = new Set<NameKind>()
  /** The names with dots that stand before the place: `t` of `t.|`. */
  qualifier: readonly string[] = []
  /** Tables in scope, those of the innermost query first. */
  readonly tables: TableInScope[] = []
  /** The tables of WITH clauses. */
  readonly commonTables: TableInScope[] = []
  private readonly scopes: Scope[] = [{ start: 0, tables: [], hasFrom: true }]

  /** Says that a query starts. It is closed when it was read to its end, and kept when the place was inside it. */
  openQuery(cursor: Cursor): { close: () => void; keep: () => void } {
    const scope: Scope = { start: cursor.index, tables: [], hasFrom: false }
    this.scopes.push(scope)
    return {
      close: () => void this.scopes.pop(),
      keep: () => {
        if (scope.tables.length === 0) this.readAhead(cursor, scope)
        this.tables.push(...scope.tables)
        this.scopes.splice(this.scopes.indexOf(scope))
      },
    }
  }

  /** Adds what is in scope of the whole statement; called once, at the end. */
  finish(): void {
    this.tables.push(...(this.scopes[0]?.tables ?? []))
  }

  addTable(table: TableReference): void {
    const found = describeTable(table)
    if (found !== undefined) this.scopes.at(-1)?.tables.push(found)
  }

  addName(name: Name): void {
    this.scopes.at(-1)?.tables.push({ name: textsOf(name.parts) })
  }

  /** The columns are those that the schema will have got by the end. */
  addSchema(table: readonly Identifier[], schema: Schema): void {
    const entry = {
      name: textsOf(table),
      get columns() {
        return textsOf(schema.columns.map((column) => column.name))
      },
    }
    this.scopes.at(-1)?.tables.push(entry)
  }

  addCommonTable(name: string, columns: readonly Identifier[], query: Query): void {
    const names = columns.length > 0 ? textsOf(columns) : columnsOf(query.body)
    this.commonTables.push({ name: [name], ...(names && { columns: names }) })
  }

  /** Reads the FROM that stands after the place, as in `SELECT | FROM t`. */
  private readAhead(cursor: Cursor, scope: Scope): void {
    const from = findFrom(cursor.tokens, scope.start)
    if (from === undefined) return
    const { index } = cursor
    cursor.index = from + 1
    try {
      cursor.grammar.parseFrom(cursor)
    } catch (error) {
      if (!(error instanceof MillraceError) || error.blame !== 'user') throw error
    }
    cursor.index = index
  }
}

/** The FROM of the query that starts at an index, past everything nested in its select list. */
function findFrom(tokens: readonly Token[], start: number): number | undefined {
  let depth = 0
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined) return undefined
    if (token.kind === 'symbol') {
      if (token.text === '(') depth++
      else if (token.text === ')') depth--
      else if (token.text === ';') return undefined
    }
    if (depth < 0) return undefined
    if (depth === 0 && token.kind === 'word' && token.text === 'FROM') return index
  }
  return undefined
}

function describeTable(table: TableReference): TableInScope | undefined {
  if (table.kind === 'join') return undefined
  const alias = table.alias === undefined ? {} : { alias: table.alias.name.text }
  const renamed = table.alias === undefined || table.alias.columns.length === 0 ? undefined : textsOf(table.alias.columns)
  const own = table.kind === 'derived-table' ? columnsOf(table.query.body) : undefined
  const columns = renamed ?? own
  const name = table.kind === 'named-table' ? textsOf(table.name.parts) : []
  if (name.length === 0 && table.alias === undefined && columns === undefined) return undefined
  return { name, ...alias, ...(columns && { columns }) }
}

/** The names of a query's columns, if the query says all of them. */
function columnsOf(body: QueryBody): readonly string[] | undefined {
  if (body.kind === 'query') return columnsOf(body.body)
  if (body.kind === 'set-operation') return body.inputs[0] && columnsOf(body.inputs[0])
  if (body.kind !== 'select') return undefined
  const names: string[] = []
  for (const item of body.items) {
    if (item.kind === 'star') return undefined
    const { alias, expression } = item
    if (alias !== undefined) names.push(alias.text)
    else if (expression.kind === 'column-reference') names.push(expression.parts.at(-1)?.text ?? '')
  }
  return names
}

function textsOf(parts: readonly Identifier[]): string[] {
  return parts.map((part) => part.text)
}
