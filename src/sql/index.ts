export { bindStatement } from './bind/bind.ts'
export type {
  BoundAlterTable,
  BoundCreateTable,
  BoundCreateView,
  BoundDescribe,
  BoundDrop,
  BoundExplain,
  BoundInsert,
  BoundQuery,
  BoundShow,
  BoundStatement,
} from './bind/bound.ts'
export type { Environment } from './bind/environment.ts'
export { parseType } from './bind/parse-type.ts'
export { sqlErrors } from './errors.ts'
export { formatPosition } from './syntax/excerpt.ts'
export { type Expectation, expectedAt } from './syntax/expectation.ts'
export type { NameKind, TableInScope } from './syntax/probe.ts'
export { parseScript, type Script } from './syntax/script.ts'
export type { Comment } from './syntax/token.ts'
export type { Expression, Identifier, Name, Query, Statement, SyntaxNode } from './syntax/tree.ts'
export { unparseExpression, unparseQuery } from './syntax/unparse/expression.ts'
export { unparse } from './syntax/unparse/statement.ts'
export { unparseType } from './syntax/unparse/type.ts'
