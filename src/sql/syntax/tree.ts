/**
 * The syntax tree: what was written, with no meaning attached yet.
 *
 * Nodes are plain data, told apart by `kind`, and every node says where it stands in the text. Every `kind` in the
 * tree is a member of exactly one interface under `tree/`. A statement with an error is reported instead of
 * returned, so that no node is ever a stand-in.
 */
import type { Argument, FrameBound, JsonBehavior, JsonClauses, WindowFrame, WindowReference, WindowSpecification } from './tree/call.ts'
import type { CaseBranch, ChainLink } from './tree/expression.ts'
import type { IntervalQualifier } from './tree/literal.ts'
import type { Identifier, Name } from './tree/name.ts'
import type { Pattern } from './tree/pattern.ts'
import type {
  AfterMatch,
  CommonTable,
  GroupBy,
  GroupingElement,
  Hint,
  HintArgument,
  JoinOn,
  JoinUsing,
  Measure,
  NamedWindow,
  OrderItem,
  PatternDefinition,
  PatternSubset,
  QueryBody,
  SelectItem,
  TableAlias,
  TableReference,
  TableSample,
} from './tree/query.ts'
import type { FunctionResource, Option, PartitionValue, ShowLike, Statement } from './tree/statement.ts'
import type {
  ColumnChange,
  ColumnDefinition,
  Distribution,
  KeyConstraint,
  LikeOption,
  TableChange,
  TableLike,
  ViewColumn,
  WatermarkDefinition,
} from './tree/table-statement.ts'
import type { DataType, RowField } from './tree/type.ts'

export type * from './tree/call.ts'
export type * from './tree/expression.ts'
export type * from './tree/literal.ts'
export type * from './tree/name.ts'
export type * from './tree/pattern.ts'
export type * from './tree/query.ts'
export type * from './tree/statement.ts'
export type * from './tree/table-statement.ts'
export type * from './tree/type.ts'

/** Every node there is. */
export type SyntaxNode =
  | AfterMatch
  | Argument
  | CaseBranch
  | ChainLink
  | ColumnChange
  | ColumnDefinition
  | CommonTable
  | DataType
  | Distribution
  | FrameBound
  | FunctionResource
  | GroupBy
  | GroupingElement
  | Hint
  | HintArgument
  | Identifier
  | IntervalQualifier
  | JoinOn
  | JoinUsing
  | JsonBehavior
  | JsonClauses
  | KeyConstraint
  | LikeOption
  | Measure
  | Name
  | NamedWindow
  | Option
  | OrderItem
  | PartitionValue
  | Pattern
  | PatternDefinition
  | PatternSubset
  | QueryBody
  | RowField
  | SelectItem
  | ShowLike
  | Statement
  | TableAlias
  | TableChange
  | TableLike
  | TableReference
  | TableSample
  | ViewColumn
  | WatermarkDefinition
  | WindowFrame
  | WindowReference
  | WindowSpecification
