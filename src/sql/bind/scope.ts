/**
 * Which names can be used at a place, and which column of the plan each means. Columns of the plan have unique names; the names people
 * write need not be: a scope keeps both. Names of columns and tables mind letter case, as in Flink.
 */
import { listed, suggestion, type TextPosition } from '#base'
import type { Column } from '#data'
import { sqlErrors } from '../errors.ts'
import type { Identifier } from '../syntax/tree.ts'

export interface ScopeColumn {
  /** As people write it. */
  readonly name: string
  /** As the plan has it. */
  readonly column: Column
}

export interface ScopeTable {
  /** The alias, or the last part of the table's name. */
  readonly alias: string
  /** Catalog, database and table when no alias hides them. */
  readonly path: readonly string[]
  /** The name that the alias hides. */
  readonly hidden: string | null
  readonly columns: readonly ScopeColumn[]
}

export interface Scope {
  readonly tables: readonly ScopeTable[]
  /** What `*` means, and where names without a table are looked up. */
  readonly star: readonly ScopeColumn[]
  /** The query around a subquery. */
  readonly outer: Scope | null
  /** The tables are pattern variables. */
  readonly isPattern?: boolean
}

export const emptyScope: Scope = { tables: [], star: [], outer: null }

export function tableScope(alias: string, path: readonly string[], columns: readonly ScopeColumn[], hidden: string | null = null): Scope {
  return { tables: [{ alias, path, hidden, columns }], star: columns, outer: null }
}

/** Plain columns, as they are named. */
export function scopeColumns(columns: readonly Column[]): ScopeColumn[] {
  return columns.map((column) => ({ name: column.name, column }))
}

/** The scope with columns of the plan renamed or retyped; `find` gives the column that takes the place of another. */
export function mapScope(scope: Scope, find: (column: Column) => Column): Scope {
  const change = ({ name, column }: ScopeColumn): ScopeColumn => ({ name, column: find(column) })
  return {
    tables: scope.tables.map((table) => ({ ...table, columns: table.columns.map(change) })),
    star: scope.star.map(change),
    outer: scope.outer,
  }
}

/** Both scopes side by side; two tables of the same name are refused. */
export function joinScopes(left: Scope, right: Scope, position: TextPosition): Scope {
  for (const table of right.tables) {
    if (left.tables.some((other) => other.alias === table.alias)) {
      throw sqlErrors.SQL_ALIAS_DUPLICATE({ alias: table.alias }, { position })
    }
  }
  return { tables: [...left.tables, ...right.tables], star: [...left.star, ...right.star], outer: left.outer }
}

/** A column and the parts of the name that are left over: fields of a row. */
export interface Found {
  readonly column: Column
  readonly fields: readonly Identifier[]
  /** Found in the query around this one. */
  readonly isOuter: boolean
}

/** Catalog, database and table. */
const tablePartsMax = 3

/** Finds the column that a dotted name means: `column`, `table.column`, `database.table.column`, each with fields behind it. */
export function findColumn(scope: Scope, parts: readonly Identifier[]): Found {
  const here = findIn(scope, parts)
  if (here !== null) return { ...here, isOuter: false }
  const around = scope.outer === null ? null : findIn(scope.outer, parts)
  if (around !== null) return { ...around, isOuter: true }
  throw notFound(scope, parts)
}

/** Whether a dotted name means a column of this scope or something in it. */
export function isColumn(scope: Scope, parts: readonly Identifier[]): boolean {
  return findIn(scope, parts) !== null
}

function findIn(scope: Scope, parts: readonly Identifier[]): Omit<Found, 'isOuter'> | null {
  for (let length = Math.min(parts.length - 1, tablePartsMax); length >= 1; length--) {
    const table = findTable(scope, parts.slice(0, length))
    const name = parts[length]
    if (table === null || name === undefined) continue
    return { column: only(table.columns, name, table.alias), fields: parts.slice(length + 1) }
  }
  const [first, ...fields] = parts
  if (first === undefined || columnsNamed(scope.star, first.text).length === 0) return null
  return { column: only(scope.star, first, null, scope), fields }
}

const byName = new WeakMap<readonly ScopeColumn[], Map<string, ScopeColumn[]>>()

/** The columns of that name; they are looked for once per list of columns. */
function columnsNamed(columns: readonly ScopeColumn[], name: string): readonly ScopeColumn[] {
  let known = byName.get(columns)
  if (known === undefined) {
    known = Map.groupBy(columns, (column) => column.name)
    byName.set(columns, known)
  }
  return known.get(name) ?? []
}

/** The table of that name: an alias, or any number of the last parts of its path. */
export function findTable(scope: Scope, parts: readonly Identifier[]): ScopeTable | null {
  const names = parts.map((part) => part.text)
  return (
    scope.tables.find(({ alias, path }) => {
      if (names.length === 1) return names[0] === alias
      const end = path.slice(-names.length)
      return end.length === names.length && end.every((name, index) => name === names[index])
    }) ?? null
  )
}

function only(columns: readonly ScopeColumn[], wanted: Identifier, owner: string | null, scope?: Scope): Column {
  const matches = columnsNamed(columns, wanted.text)
  const [match] = matches
  if (match === undefined) {
    const known = columns.map(({ name }) => name)
    throw sqlErrors.SQL_COLUMN_NOT_FOUND(
      { column: wanted.text, owner: `table "${owner ?? ''}"` },
      { position: wanted.position, ...columnSuggestion(wanted.text, known) },
    )
  }
  if (matches.length > 1) throw ambiguous(wanted, owner, scope)
  return match.column
}

function ambiguous(wanted: Identifier, owner: string | null, scope: Scope | undefined): Error {
  const owners = scope?.tables.filter((table) => table.columns.some(({ name }) => name === wanted.text)).map(({ alias }) => alias) ?? []
  const where = owners.length > 1 ? `in ${listed(owners)}` : `twice in ${owner ?? owners[0] ?? 'the subquery'}`
  const hint =
    owners.length > 1
      ? `Write ${listed(
          owners.map((alias) => `${alias}.${wanted.text}`),
          'or',
          5,
        )}.`
      : 'Give the columns different names with AS where they are selected.'
  return sqlErrors.SQL_COLUMN_AMBIGUOUS({ column: wanted.text, where }, { position: wanted.position, hint })
}

function notFound(scope: Scope, parts: readonly Identifier[]): Error {
  const [first, second] = parts
  if (first === undefined) return sqlErrors.SQL_COLUMN_NOT_FOUND({ column: '', owner: 'the query' })
  const { position, text } = first
  if (second !== undefined && scope.isPattern === true) return variableNotFound(first, second, scope)
  if (second !== undefined) {
    const hidden = scope.tables.find((table) => table.hidden === text)
    if (hidden !== undefined) {
      return sqlErrors.SQL_ALIAS_NOT_FOUND(
        { alias: text },
        { position, hint: `The table is called "${hidden.alias}" here: write ${hidden.alias}.${second.text}.` },
      )
    }
    return sqlErrors.SQL_ALIAS_NOT_FOUND(
      { alias: text },
      {
        position,
        ...suggestion(
          text,
          scope.tables.map(({ alias }) => alias),
          'tables of this query',
        ),
      },
    )
  }
  const known = scope.star.map(({ name }) => name)
  const [table] = scope.tables
  const owner =
    scope.tables.length === 0
      ? 'a query without FROM'
      : scope.tables.length === 1 && table !== undefined
        ? `table "${table.alias}"`
        : 'any table of this query'
  return sqlErrors.SQL_COLUMN_NOT_FOUND(
    { column: text, owner },
    { position, hint: `A text is written in single quotes: '${text}'.`, ...columnSuggestion(text, known) },
  )
}

function variableNotFound({ text, position }: Identifier, column: Identifier, scope: Scope): Error {
  const known = scope.tables.map(({ alias }) => alias)
  const hint = `Any row of the match is meant by the column alone: ${column.text}.`
  return sqlErrors.SQL_PATTERN_VARIABLE_NOT_FOUND({ variable: text }, { position, hint, ...variableSuggestion(text, known) })
}

/** What to say about a pattern variable that does not exist. One letter is close to every other one. */
export function variableSuggestion(wanted: string, known: readonly string[]): { readonly detail?: string; readonly hint?: string } {
  const same = known.find((name) => name.toUpperCase() === wanted.toUpperCase())
  if (same !== undefined) return { hint: `Use "${same}": letter case matters.` }
  const { hint } = wanted.length > 1 ? suggestion(wanted, known, 'variables') : {}
  const detail = known.length === 1 ? `There is only "${known[0]}".` : `The variables are ${listed(known, 'and', 10)}.`
  return hint === undefined ? { detail } : { detail, hint }
}

/** What to say about a column or field that does not exist. */
export function columnSuggestion(
  wanted: string,
  known: readonly string[],
  noun: 'column' | 'field' = 'column',
): { readonly detail?: string; readonly hint?: string } {
  const names = [...new Set(known)]
  const [only] = names
  if (only === undefined) return {}
  const detail = names.length === 1 ? `The only ${noun} is ${only}.` : `The ${noun}s are ${listed(names, 'and', 10)}.`
  const close = wanted.length > 1 ? suggestion(wanted, names, `${noun}s`).hint : undefined
  return close === undefined ? { detail } : { detail, hint: close }
}
