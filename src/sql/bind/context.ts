/** What all steps of binding one statement share. */
import { MillraceError, type TextPosition } from '#base'
import {
  type Expression,
  type FunctionDefinition,
  type LookupHint,
  type Relation,
  schemaOf,
  sizeOf,
  type TableDefinition,
  type TablePath,
  type TextSpan,
  type ViewDefinition,
  type WrittenAt,
  type WrittenView,
  withWrittenAt,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { Correlation } from './correlation.ts'
import type { Environment } from './environment.ts'
import type { Place } from './place.ts'
import { emptyScope, type Scope, type ScopeColumn } from './scope.ts'

/** The rows of a query or table: a relation, and the names that people use for its columns. */
export interface Rows {
  readonly relation: Relation
  readonly columns: readonly ScopeColumn[]
}

/** What is visible of a WITH clause, innermost first. */
export interface CommonTables {
  readonly name: string
  readonly rows: Rows
  readonly next: CommonTables | null
}

/** The steps of binding that call each other in a circle. */
export interface Steps {
  expression(node: tree.Expression, place: Place): Expression
  query(query: tree.Query, surroundings: Surroundings, context: BindContext): Rows
}

/** For how long idle rows of tables in FROM are kept, in milliseconds; 0: for good. */
export type StateTtls = ReadonlyMap<tree.TableReference, number>

/** How rows of tables in FROM are to be looked up. */
export type LookupHints = ReadonlyMap<tree.TableReference, LookupHint>

/** What a query sees of the query around it. */
export interface Surroundings {
  readonly outer: Scope | null
  readonly commonTables: CommonTables | null
  /** Not the statement's own query: an order without a limit means nothing here. */
  readonly isInner: boolean
  /** Gathers the conditions that relate a subquery to the query around it; null where there can be none. */
  readonly correlation: Correlation | null
  /** What hints of the SELECT that is bound say of its tables. */
  readonly stateTtls?: StateTtls
  readonly lookups?: LookupHints
}

export const noSurroundings: Surroundings = { outer: null, commonTables: null, isInner: false, correlation: null }

/** A name in the text, and what it was found to mean. */
export interface NameUse {
  readonly name: tree.Name
  readonly path: TablePath
  readonly definition: TableDefinition | ViewDefinition | FunctionDefinition
}

/** BETWEEN and CASE compare one operand several times, and may stand inside one another: so many parts of expressions may be repeated. */
const repeatedPartsMax = 1_000_000

/** Who has made so many mistakes wants to see the first ones. */
const errorsMax = 50

export class BindContext {
  readonly environment: Environment
  readonly steps: Steps
  /** Every error found so far; binding goes on where that makes sense. */
  readonly errors: MillraceError[] = []
  readonly nameUses: NameUse[] = []
  /** Views that are being bound, to notice one that contains itself. */
  readonly viewPath: readonly string[]
  /** Views that are known to mean what they meant when they were bound. */
  readonly currentViews: Set<ViewDefinition>
  /** The view whose text is bound; null: the statement's own. */
  readonly view: WrittenView | null
  readonly #nodes = new WeakMap<object, tree.SyntaxNode>()
  #count = 0
  #repeatedParts = 0

  constructor(
    environment: Environment,
    steps: Steps,
    around?: { readonly viewPath: readonly string[]; readonly currentViews: Set<ViewDefinition>; readonly view: WrittenView },
  ) {
    this.environment = environment
    this.steps = steps
    this.viewPath = around?.viewPath ?? []
    this.currentViews = around?.currentViews ?? new Set()
    this.view = around?.view ?? null
  }

  /** A name that no column written by people has. */
  freshName(prefix: string): string {
    return `$${prefix}${this.#count++}`
  }

  /** Notes that an expression stands in the plan more often than it was written, so many times more. */
  countRepeated(expression: Expression, times: number, position: TextPosition): void {
    this.#repeatedParts += sizeOf(expression).parts * times
    if (this.#repeatedParts > repeatedPartsMax) throw sqlErrors.SQL_STATEMENT_TOO_LARGE({}, { position })
  }

  /** Remembers what in the text an expression comes from. */
  remember<E extends Expression>(expression: E, node: tree.SyntaxNode): E {
    if (!this.#nodes.has(expression)) this.#nodes.set(expression, node)
    return expression
  }

  nodeOf(expression: Expression): tree.SyntaxNode | undefined {
    return this.#nodes.get(expression)
  }

  /** The relation as one that is made of the clauses at these places. */
  placed<R extends Relation>(relation: R, spans: readonly (TextSpan | undefined)[]): R {
    return withWrittenAt(relation, this.writtenAt(spans))
  }

  writtenAt(spans: readonly (TextSpan | undefined)[]): WrittenAt {
    return { view: this.view, spans: spans.flatMap((span) => span ?? []) }
  }

  /** Where the things stand that expressions come from, as far as that is known. */
  spansOf(expressions: readonly Expression[]): (TextSpan | undefined)[] {
    return expressions.map((expression) => this.nodeOf(expression)?.position)
  }

  /** Runs all tasks, so that the errors of every one are known, and stops if there were any. */
  all<T>(tasks: readonly (() => T)[]): T[] {
    const results: T[] = []
    let failure: MillraceError | undefined
    for (const task of tasks) {
      try {
        results.push(task())
      } catch (error) {
        if (!(error instanceof MillraceError) || error.blame !== 'user') throw error
        this.errors.push(error)
        failure ??= error
        if (this.errors.length >= errorsMax) throw failure
      }
    }
    if (failure !== undefined) throw failure
    return results
  }

  /** Runs tasks of different results, like `all`. */
  both<A, B>(first: () => A, second: () => B): readonly [A, B] {
    const results = this.all<{ readonly a?: A; readonly b?: B }>([() => ({ a: first() }), () => ({ b: second() })])
    return [results[0]?.a as A, results[1]?.b as B]
  }
}

/** The scope with the columns as a relation has them now: joins make columns nullable and drop roles. */
export function refreshed(scope: Scope, relation: Relation): Scope {
  const columns = new Map(schemaOf(relation).map((column) => [column.name, column]))
  const now = ({ name, column }: ScopeColumn): ScopeColumn => ({ name, column: columns.get(column.name) ?? column })
  return { ...scope, tables: scope.tables.map((table) => ({ ...table, columns: table.columns.map(now) })), star: scope.star.map(now) }
}

/** The scope of rows without a name. */
export function scopeOfRows(rows: Rows): Scope {
  return { ...emptyScope, star: rows.columns }
}
