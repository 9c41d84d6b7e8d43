export {
  allChanges,
  appendOnly,
  type Changelog,
  changelogMode,
  changelogNote,
  inferChangelog,
  type PlanChangelog,
} from './changelog.ts'
export { assertPlan } from './check.ts'
export {
  type AggregateName,
  aggregateNamed,
  aggregateSignatures,
  type FunctionName,
  functionSynonyms,
  internalFunctions,
  type OverName,
  overFunctionNamed,
  overSignatures,
  scalarFunctionNamed,
  scalarSignatures,
} from './functions/names.ts'
export type { Argument, Signature } from './functions/signature.ts'
export { conjunctionOf, conjunctsOf, type JoinTime, joinTimeOf } from './join-time.ts'
export { planFromJson, planToJson } from './json.ts'
export type {
  Aggregate,
  Call,
  Case,
  Cast,
  Distinct,
  Expression,
  Filter,
  Join,
  JoinKey,
  JoinType,
  Literal,
  LiteralValue,
  Measure,
  NamedExpression,
  Origin,
  Output,
  Over,
  OverFrame,
  OverMeasure,
  Plan,
  Project,
  Relation,
  RelationKind,
  Scan,
  ScanSource,
  Sort,
  SortKey,
  Top,
  Union,
  Unnest,
  UserFunction,
  Values,
  Watermark,
  Window,
  WindowShape,
} from './plan.ts'
export { printDuration, printPlan, printRelationLine } from './print.ts'
export { printExpression, printName } from './print-expression.ts'
export { columnOf, columnsByName, referTo, schemaOf, windowBoundType } from './schema.ts'
export type { FunctionDefinition, TableColumn, TableDefinition, TablePath, Tables, UserSignature, ViewDefinition } from './tables.ts'
export {
  columnsIn,
  expressionsOf,
  inputsOf,
  isLargerThan,
  mapExpression,
  mapExpressions,
  mapParts,
  mapPlan,
  match,
  partsOf,
  rootsOf,
  sharedRelations,
  walkExpression,
  walkRelations,
  withInputs,
} from './visit.ts'
