/**
 * What DEFINE and MEASURES ask of the rows of a match. While an expression is bound, `A.price` is a marked column that says of which
 * variable it is; then it becomes a column of the row that is tested, or a lookup among the rows matched so far.
 */
import { type Column, type DataType, withNullable } from '#data'
import { columnsIn, type Expression, type MatchLookup, mapExpression, printName, referTo } from '#plan'
import { uniqueName } from './names.ts'
import { keyOf } from './same.ts'
import type { Scope, ScopeColumn, ScopeTable } from './scope.ts'

export type AggregateLookup = Extract<MatchLookup, { kind: 'aggregate' }>

/** A column of the rows of a variable; null: of all rows. */
export interface MatchedColumn {
  readonly variable: string | null
  readonly column: Column
}

const mark = '\u0001'

export class MatchLookups {
  readonly all: MatchLookup[] = []
  readonly #columns: readonly ScopeColumn[]
  readonly #names: Set<string>
  readonly #known = new Map<string, MatchLookup>()
  readonly #marked = new Map<string, MatchedColumn>()
  /** What variables mean, where there may be no row of theirs and where there is one; null: any row. */
  readonly #missable = new Map<string | null, ScopeTable>()
  readonly #certain = new Map<string | null, ScopeTable>()

  /** `taken` are the names of all columns of the input. */
  constructor(columns: readonly ScopeColumn[], taken: Iterable<string>) {
    this.#columns = columns
    this.#names = new Set(taken)
  }

  /** The same without lookups, for expressions that nobody evaluates. */
  apart(): MatchLookups {
    return new MatchLookups(this.#columns, this.#names)
  }

  /** Names for the columns of variables, and alone for those of any row. `canMiss` tells where there may be no row. */
  scope(variables: readonly string[], canMiss: (variable: string | null) => boolean): Scope {
    const tables = variables.map((variable) => this.#table(variable, canMiss(variable)))
    return { tables, star: this.#table(null, canMiss(null)).columns, outer: null, isPattern: true }
  }

  /** Made once: each of many variables is spoken of in the scopes of all others. */
  #table(variable: string | null, canMiss: boolean): ScopeTable {
    const tables = canMiss ? this.#missable : this.#certain
    const known = tables.get(variable)
    if (known !== undefined) return known
    const table = { alias: variable ?? '', path: [], hidden: null, columns: this.#markedColumns(variable, canMiss) }
    tables.set(variable, table)
    return table
  }

  #markedColumns(variable: string | null, canMiss: boolean): ScopeColumn[] {
    return this.#columns.map(({ name, column }) => {
      const marked = `${mark}${variable ?? ''}${mark}${column.name}`
      this.#marked.set(marked, { variable, column })
      return { name, column: { name: marked, type: canMiss ? withNullable(column.type, true) : column.type } }
    })
  }

  /** What a name means that `scope` gave. */
  columnOf(name: string): MatchedColumn | undefined {
    return this.#marked.get(name)
  }

  /** The variables that an expression reads columns of. */
  variablesIn(expression: Expression): Set<string | null> {
    const variables = new Set<string | null>()
    for (const name of columnsIn(expression)) {
      const column = this.#marked.get(name)
      if (column !== undefined) variables.add(column.variable)
    }
    return variables
  }

  /** The expression with something else in the place of each marked column. */
  resolve(expression: Expression, change: (column: MatchedColumn) => Expression): Expression {
    return mapExpression(expression, (part) => {
      const column = part.kind === 'column' ? this.#marked.get(part.name) : undefined
      return column === undefined ? part : change(column)
    })
  }

  row({ variable, column }: MatchedColumn, from: 'first' | 'last', offset: number): Expression {
    const path = variable === null ? printName(column.name) : `${printName(variable)}.${printName(column.name)}`
    const text = from === 'last' && offset === 0 && variable !== null ? path : `${from.toUpperCase()}(${path}, ${offset})`
    const type = withNullable(column.type, true)
    return this.#add({ kind: 'row', name: text, variable, from, offset, column: column.name, type })
  }

  aggregate(text: string, lookup: Omit<AggregateLookup, 'name' | 'kind'>): Expression {
    return this.#add({ ...lookup, kind: 'aggregate', name: text })
  }

  time(type: DataType): Expression {
    return this.#add({ kind: 'time', name: 'MATCH_ROWTIME()', type })
  }

  #add(lookup: MatchLookup): Expression {
    const key = keyOf(lookup)
    const known = this.#known.get(key)
    if (known !== undefined) return referTo(known)
    const added = { ...lookup, name: uniqueName(lookup.name, this.#names) }
    this.#known.set(key, added)
    this.all.push(added)
    return referTo(added)
  }
}
