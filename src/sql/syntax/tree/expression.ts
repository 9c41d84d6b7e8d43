import type { TextPosition } from '#base'
import type { Call } from './call.ts'
import type { IntervalQualifier, Literal } from './literal.ts'
import type { Identifier, Name } from './name.ts'
import type { Query } from './query.ts'
import type { DataType } from './type.ts'

/** `c`, `t.c`, `t.r.f`: which part is table, column and field is the binder's to find. */
export interface ColumnReference {
  readonly kind: 'column-reference'
  readonly parts: readonly Identifier[]
  readonly position: TextPosition
}

/** `*` or `t.*`: a select item, or the only argument of COUNT. */
export interface Star {
  readonly kind: 'star'
  readonly qualifier?: Name
  readonly position: TextPosition
}

export interface Unary {
  readonly kind: 'unary'
  readonly operator: '+' | '-' | 'not'
  readonly operand: Expression
  readonly position: TextPosition
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type BinaryOperator = ComparisonOperator | 'is-distinct-from' | 'is-not-distinct-from' | 'overlaps'

/** `!=` arrives as `<>`. Operands of OVERLAPS are rows. */
export interface Binary {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  readonly position: TextPosition
}

export type ChainOperator = '+' | '-' | '*' | '/' | '%' | '||'

/** `a + b - c`: operators of one level and their operands, from left to right, are one node, so that long sums do not make deep trees. */
export interface Chain {
  readonly kind: 'chain'
  readonly operand: Expression
  readonly links: readonly ChainLink[]
  readonly position: TextPosition
}

export interface ChainLink {
  readonly kind: 'chain-link'
  readonly operator: ChainOperator
  readonly operand: Expression
  /** All that the operator is applied to: from the start of the chain to the end of this operand. */
  readonly position: TextPosition
}

/** `a AND b AND c` is one node of two or more operands, so that long conditions do not make deep trees. */
export interface Logical {
  readonly kind: 'logical'
  readonly operator: 'and' | 'or'
  readonly operands: readonly Expression[]
  readonly position: TextPosition
}

export type IsTestName = 'null' | 'true' | 'false' | 'unknown' | 'json-value' | 'json-object' | 'json-array' | 'json-scalar'

/** `x IS [NOT] NULL`; `IS JSON` alone is 'json-value'. */
export interface IsTest {
  readonly kind: 'is-test'
  readonly operand: Expression
  readonly test: IsTestName
  readonly negated: boolean
  readonly position: TextPosition
}

export interface Between {
  readonly kind: 'between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly symmetric: boolean
  readonly negated: boolean
  readonly position: TextPosition
}

export interface InList {
  readonly kind: 'in-list'
  readonly operand: Expression
  readonly items: readonly Expression[]
  readonly negated: boolean
  readonly position: TextPosition
}

interface InQuery {
  readonly kind: 'in-query'
  readonly operand: Expression
  readonly query: Query
  readonly negated: boolean
  readonly position: TextPosition
}

export interface Like {
  readonly kind: 'like'
  readonly operator: 'like' | 'similar-to'
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape?: Expression
  readonly negated: boolean
  readonly position: TextPosition
}

interface Exists {
  readonly kind: 'exists'
  readonly query: Query
  readonly position: TextPosition
}

/** `x > ALL (SELECT …)`, `x = ANY (1, 2)`; SOME arrives as 'any'. Exactly one of `query` and `items` is there. */
export interface Quantified {
  readonly kind: 'quantified'
  readonly operator: ComparisonOperator
  readonly quantifier: 'any' | 'all'
  readonly operand: Expression
  readonly query?: Query
  readonly items?: readonly Expression[]
  readonly position: TextPosition
}

/** A query in parentheses where a value stands. */
export interface Subquery {
  readonly kind: 'subquery'
  readonly query: Query
  readonly position: TextPosition
}

/** `ROW(1, 2)` and `(1, 2)`; `(1)` is just its content, `ROW(1)` is a row of one. */
export interface RowConstructor {
  readonly kind: 'row'
  readonly items: readonly Expression[]
  readonly position: TextPosition
}

/** `ARRAY[1, 2]`, `MULTISET[1, 2]`, and `MAP['a', 1]` whose items alternate between key and value. */
export interface CollectionConstructor {
  readonly kind: 'collection'
  readonly collection: 'array' | 'map' | 'multiset'
  readonly items: readonly Expression[]
  readonly position: TextPosition
}

/** `ARRAY(SELECT …)` and its siblings. */
interface CollectionQuery {
  readonly kind: 'collection-query'
  readonly collection: 'array' | 'map' | 'multiset'
  readonly query: Query
  readonly position: TextPosition
}

/** `a[1]`, `m['k']`. */
interface ItemAccess {
  readonly kind: 'item'
  readonly operand: Expression
  readonly index: Expression
  readonly position: TextPosition
}

/** `(expression).field`, `a[1].field`; a dotted path of plain names is a column reference instead. */
interface FieldAccess {
  readonly kind: 'field'
  readonly operand: Expression
  readonly field: Identifier
  readonly position: TextPosition
}

export interface CaseBranch {
  readonly kind: 'case-branch'
  /** One, or several after `CASE x WHEN 1, 2 THEN`. */
  readonly conditions: readonly Expression[]
  readonly result: Expression
  readonly position: TextPosition
}

/** With an operand: `CASE x WHEN 1 THEN …`; without: `CASE WHEN x = 1 THEN …`. */
export interface Case {
  readonly kind: 'case'
  readonly operand?: Expression
  readonly branches: readonly CaseBranch[]
  readonly otherwise?: Expression
  readonly position: TextPosition
}

/** CAST, and TRY_CAST when `safe`. */
export interface Cast {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: DataType
  readonly safe: boolean
  readonly position: TextPosition
}

interface AtTimeZone {
  readonly kind: 'at-time-zone'
  readonly operand: Expression
  readonly zone: Expression
  readonly position: TextPosition
}

/** `INTERVAL x DAY` and `INTERVAL (x + 1) DAY`. */
export interface IntervalExpression {
  readonly kind: 'interval-expression'
  readonly operand: Expression
  readonly qualifier: IntervalQualifier
  readonly position: TextPosition
}

export type Expression =
  | Literal
  | IntervalExpression
  | ColumnReference
  | Unary
  | Binary
  | Chain
  | Logical
  | IsTest
  | Between
  | InList
  | InQuery
  | Like
  | Exists
  | Quantified
  | Subquery
  | RowConstructor
  | CollectionConstructor
  | CollectionQuery
  | ItemAccess
  | FieldAccess
  | Case
  | Cast
  | AtTimeZone
  | Call
