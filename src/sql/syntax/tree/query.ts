import type { TextPosition } from '#base'
import type { Call, WindowSpecification } from './call.ts'
import type { Expression, Star } from './expression.ts'
import type { NumberLiteral } from './literal.ts'
import type { Identifier, Name } from './name.ts'
import type { Pattern } from './pattern.ts'

/** A whole query: common tables, a body, and what is done to the body's rows at the end. */
export interface Query {
  readonly kind: 'query'
  readonly with: readonly CommonTable[]
  readonly body: QueryBody
  readonly orderBy: readonly OrderItem[]
  readonly offset?: NumberLiteral
  /** LIMIT n, or FETCH FIRST n ROWS ONLY; LIMIT ALL leaves it out. */
  readonly limit?: NumberLiteral
  readonly position: TextPosition
}

/** A query is a body of its own when its parentheses hold more than a body: `(SELECT … LIMIT 1) UNION …`. */
export type QueryBody = Select | Values | SetOperation | ExplicitTable | Query

export interface CommonTable {
  readonly kind: 'common-table'
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly query: Query
  readonly position: TextPosition
}

/**
 * Two or more inputs, combined from left to right: `a UNION ALL b UNION ALL c` is one node of three inputs,
 * `a UNION b EXCEPT c` is EXCEPT of (UNION of a and b) and c. INTERSECT binds tighter than the other two.
 */
export interface SetOperation {
  readonly kind: 'set-operation'
  readonly operator: 'union' | 'intersect' | 'except'
  readonly all: boolean
  readonly inputs: readonly QueryBody[]
  readonly position: TextPosition
}

/** `VALUES (1, 'a'), (2, 'b')`; `VALUES 1, 2` has rows of one. */
export interface Values {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
  readonly position: TextPosition
}

/** `TABLE t`, short for `SELECT * FROM t`. */
interface ExplicitTable {
  readonly kind: 'explicit-table'
  readonly name: Name
  readonly position: TextPosition
}

export interface Select {
  readonly kind: 'select'
  readonly hints: readonly Hint[]
  readonly distinct: boolean
  readonly items: readonly (SelectItem | Star)[]
  readonly from?: TableReference
  readonly where?: Expression
  readonly groupBy?: GroupBy
  readonly having?: Expression
  readonly windows: readonly NamedWindow[]
  readonly qualify?: Expression
  readonly position: TextPosition
}

export interface SelectItem {
  readonly kind: 'select-item'
  readonly expression: Expression
  readonly alias?: Identifier
  readonly position: TextPosition
}

export interface GroupBy {
  readonly kind: 'group-by'
  readonly elements: readonly GroupingElement[]
  readonly position: TextPosition
}

export type GroupingElement = GroupingSet | GroupingRollup | GroupingSets

/** One grouping expression, or several in parentheses that count as one; none for `()`. */
export interface GroupingSet {
  readonly kind: 'grouping-set'
  readonly expressions: readonly Expression[]
  readonly position: TextPosition
}

interface GroupingRollup {
  readonly kind: 'rollup' | 'cube'
  readonly sets: readonly GroupingSet[]
  readonly position: TextPosition
}

interface GroupingSets {
  readonly kind: 'grouping-sets'
  readonly elements: readonly GroupingElement[]
  readonly position: TextPosition
}

export interface NamedWindow {
  readonly kind: 'named-window'
  readonly name: Identifier
  readonly specification: WindowSpecification
  readonly position: TextPosition
}

export interface OrderItem {
  readonly kind: 'order-item'
  readonly expression: Expression
  readonly direction: 'asc' | 'desc'
  readonly nulls?: 'first' | 'last'
  readonly position: TextPosition
}

/** `OPTIONS('k' = 'v')`, `BROADCAST(t)`, `STATE_TTL('a' = '1d')`. */
export interface Hint {
  readonly kind: 'hint'
  readonly name: Identifier
  readonly arguments: readonly HintArgument[]
  readonly position: TextPosition
}

/** Names, strings and numbers of a hint all arrive as text. */
export interface HintArgument {
  readonly kind: 'hint-argument'
  readonly key?: string
  readonly value: string
  /** Whether the value stood in quotes. */
  readonly quoted: boolean
  readonly position: TextPosition
}

// What may stand after FROM.

export type TableReference = NamedTable | DerivedTable | TableFunction | Unnest | Join | MatchRecognize

export interface TableAlias {
  readonly kind: 'table-alias'
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly position: TextPosition
}

export interface NamedTable {
  readonly kind: 'named-table'
  readonly name: Name
  readonly hints: readonly Hint[]
  /** FOR SYSTEM_TIME AS OF. */
  readonly asOf?: Expression
  readonly sample?: TableSample
  readonly alias?: TableAlias
  readonly position: TextPosition
}

export interface TableSample {
  readonly kind: 'table-sample'
  readonly method: 'bernoulli' | 'system'
  readonly percent: NumberLiteral
  readonly seed?: NumberLiteral
  readonly position: TextPosition
}

/** `(SELECT …) AS t(a, b)`, also around VALUES; `lateral` when LATERAL stands before it. */
export interface DerivedTable {
  readonly kind: 'derived-table'
  readonly query: Query
  readonly lateral: boolean
  readonly alias?: TableAlias
  readonly position: TextPosition
}

/** `TABLE(f(x))`, `LATERAL TABLE(f(x))`, and `f(x)` alone, which is the same as TABLE(f(x)). */
export interface TableFunction {
  readonly kind: 'table-function'
  readonly call: Call
  readonly lateral: boolean
  readonly alias?: TableAlias
  readonly position: TextPosition
}

export interface Unnest {
  readonly kind: 'unnest'
  readonly expressions: readonly Expression[]
  readonly ordinality: boolean
  readonly alias?: TableAlias
  readonly position: TextPosition
}

export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'cross' | 'left-semi' | 'left-anti'

/** A comma is a cross join with `comma`. No condition with CROSS, NATURAL and comma; exactly one otherwise. */
export interface Join {
  readonly kind: 'join'
  readonly join: JoinKind
  readonly natural: boolean
  readonly comma: boolean
  readonly left: TableReference
  readonly right: TableReference
  readonly condition?: JoinOn | JoinUsing
  readonly position: TextPosition
}

export interface JoinOn {
  readonly kind: 'on'
  readonly expression: Expression
  readonly position: TextPosition
}

export interface JoinUsing {
  readonly kind: 'using'
  readonly columns: readonly Identifier[]
  readonly position: TextPosition
}

export interface MatchRecognize {
  readonly kind: 'match-recognize'
  readonly input: TableReference
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly measures: readonly Measure[]
  readonly rowsPerMatch?: 'one' | 'all' | 'all-show-empty' | 'all-omit-empty' | 'all-with-unmatched'
  readonly afterMatch?: AfterMatch
  readonly pattern: Pattern
  /** `^` before and `$` after the pattern. */
  readonly anchoredStart: boolean
  readonly anchoredEnd: boolean
  readonly within?: Expression
  readonly subsets: readonly PatternSubset[]
  readonly definitions: readonly PatternDefinition[]
  readonly alias?: TableAlias
  readonly position: TextPosition
}

export interface Measure {
  readonly kind: 'measure'
  readonly expression: Expression
  readonly alias: Identifier
  readonly position: TextPosition
}

export interface AfterMatch {
  readonly kind: 'after-match'
  readonly skip: 'past-last-row' | 'to-next-row' | 'to-first' | 'to-last'
  /** There for 'to-first' and 'to-last'. */
  readonly variable?: Identifier
  readonly position: TextPosition
}

export interface PatternSubset {
  readonly kind: 'pattern-subset'
  readonly name: Identifier
  readonly members: readonly Identifier[]
  readonly position: TextPosition
}

export interface PatternDefinition {
  readonly kind: 'pattern-definition'
  readonly name: Identifier
  readonly condition: Expression
  readonly position: TextPosition
}
