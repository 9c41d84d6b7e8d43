import type { TextPosition } from '#base'
import type { Expression, Star } from './expression.ts'
import type { Identifier, Name } from './name.ts'
import type { OrderItem, Query } from './query.ts'
import type { DataType } from './type.ts'

/**
 * A function call. Special spellings become plain arguments, in the order of the plain spelling:
 *
 *     EXTRACT(YEAR FROM x)          EXTRACT(symbol YEAR, x)
 *     CEIL(x TO DAY)                CEIL(x, symbol DAY)            FLOOR likewise
 *     TIMESTAMPADD(DAY, 1, x)       TIMESTAMPADD(symbol DAY, 1, x) TIMESTAMPDIFF likewise
 *     SUBSTRING(x FROM 2 FOR 3)     SUBSTRING(x, 2, 3)
 *     POSITION(a IN b FROM 2)       POSITION(a, b, 2)
 *     OVERLAY(a PLACING b FROM 2)   OVERLAY(a, b, 2)
 *     TRIM(BOTH 'x' FROM y)         TRIM(symbol BOTH, 'x', y)      TRIM(y) stays TRIM(y)
 *     JSON_OBJECT(KEY k VALUE v)    JSON_OBJECT(k, v)              JSON_OBJECTAGG likewise
 *     JSON_VALUE(x, p NULL ON EMPTY)  JSON_VALUE(x, p) with `json`
 */
export interface Call {
  readonly kind: 'call'
  readonly name: Name
  readonly arguments: readonly Argument[]
  /** True for functions that are written without parentheses: CURRENT_TIMESTAMP. */
  readonly bare: boolean
  readonly quantifier?: 'all' | 'distinct'
  readonly json?: JsonClauses
  /** RESPECT NULLS or IGNORE NULLS. */
  readonly nulls?: 'respect' | 'ignore'
  readonly withinGroup?: readonly OrderItem[]
  readonly filter?: Expression
  readonly over?: WindowSpecification | WindowReference
  /** FINAL or RUNNING before a call inside MATCH_RECOGNIZE. */
  readonly semantics?: 'final' | 'running'
  readonly position: TextPosition
}

export type Argument = ArgumentValue | Star | SymbolArgument | NamedArgument

export type ArgumentValue = Expression | TableArgument | ModelArgument | Descriptor | DefaultArgument

const otherArguments: ReadonlySet<Argument['kind']> = new Set<Exclude<Argument, Expression>['kind']>([
  'star',
  'symbol',
  'named-argument',
  'table-argument',
  'model-argument',
  'descriptor',
  'default-argument',
])

export function isExpression(argument: Argument): argument is Expression {
  return !otherArguments.has(argument.kind)
}

/** A word that is an argument: the DAY of CEIL(x TO DAY), in upper case. */
export interface SymbolArgument {
  readonly kind: 'symbol'
  readonly word: string
  readonly position: TextPosition
}

/** `SIZE => INTERVAL '1' DAY`. */
interface NamedArgument {
  readonly kind: 'named-argument'
  readonly name: Identifier
  readonly value: ArgumentValue
  readonly position: TextPosition
}

/** `TABLE t PARTITION BY k ORDER BY ts`, or `TABLE (SELECT …)`. */
export interface TableArgument {
  readonly kind: 'table-argument'
  readonly table: Name | Query
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly position: TextPosition
}

interface ModelArgument {
  readonly kind: 'model-argument'
  readonly name: Name
  readonly position: TextPosition
}

interface Descriptor {
  readonly kind: 'descriptor'
  readonly columns: readonly Identifier[]
  readonly position: TextPosition
}

interface DefaultArgument {
  readonly kind: 'default-argument'
  readonly position: TextPosition
}

export interface JsonBehavior {
  readonly kind: 'json-behavior'
  readonly behavior: 'null' | 'error' | 'true' | 'false' | 'unknown' | 'empty-array' | 'empty-object' | 'default'
  /** The value after DEFAULT. */
  readonly value?: Expression
  readonly position: TextPosition
}

/** The clauses inside the parentheses of a JSON function, after its arguments. */
export interface JsonClauses {
  readonly kind: 'json-clauses'
  readonly returning?: DataType
  readonly wrapper?: 'without' | 'conditional' | 'unconditional'
  readonly quotes?: 'keep' | 'omit'
  readonly onEmpty?: JsonBehavior
  readonly onError?: JsonBehavior
  /** NULL ON NULL or ABSENT ON NULL. */
  readonly onNull?: 'null' | 'absent'
  readonly position: TextPosition
}

export interface WindowReference {
  readonly kind: 'window-reference'
  readonly name: Identifier
  readonly position: TextPosition
}

export interface WindowSpecification {
  readonly kind: 'window-specification'
  /** The named window that this one starts from. */
  readonly base?: Identifier
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly frame?: WindowFrame
  readonly position: TextPosition
}

/** Without BETWEEN the end is the current row. */
export interface WindowFrame {
  readonly kind: 'window-frame'
  readonly unit: 'rows' | 'range'
  readonly start: FrameBound
  readonly end: FrameBound
  readonly position: TextPosition
}

export interface FrameBound {
  readonly kind: 'frame-bound'
  readonly bound: 'unbounded-preceding' | 'preceding' | 'current-row' | 'following' | 'unbounded-following'
  /** There for 'preceding' and 'following' only. */
  readonly offset?: Expression
  readonly position: TextPosition
}
