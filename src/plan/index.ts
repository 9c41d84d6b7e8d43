export { type AsOfTime, asOfTimeOf, eventTimesOf } from './as-of.ts'
export {
  allChanges,
  appendOnly,
  type Changelog,
  type ChangelogFacts,
  changelogMode,
  changelogNote,
  inferChangelog,
  type PlanChangelog,
  type UpsertMaterialize,
} from './changelog.ts'
export { assertPlan } from './check.ts'
export { type ConnectionDefinition, conflictingOption, ownOptions, withConnection, withOptions } from './connections.ts'
export { determinismOf } from './determinism.ts'
export { type Fragment, fragmentOf } from './fragment.ts'
export {
  type AggregateName,
  aggregateNamed,
  aggregateSignatures,
  builtInFunctions,
  type FunctionName,
  functionSynonyms,
  internalFunctions,
  isBuiltIn,
  type OverName,
  overFunctionNamed,
  overSignatures,
  scalarFunctionNamed,
  scalarSignatures,
  tableFunctions,
} from './functions/names.ts'
export { argumentsMax } from './functions/parameters.ts'
export type { Argument, Signature } from './functions/signature.ts'
export { conjunctionOf, conjunctsOf, type JoinTime, joinTimeOf } from './join-time.ts'
export { expressionKey, planFromJson, planToJson } from './json.ts'
export type {
  Aggregate,
  Call,
  Case,
  Cast,
  ChangeCode,
  ChangeName,
  Distinct,
  Expression,
  Filter,
  FromChangelog,
  Join,
  JoinKey,
  JoinType,
  Literal,
  LiteralValue,
  LookupHint,
  Match,
  MatchLookup,
  MatchSkip,
  MatchStep,
  Measure,
  NamedExpression,
  Normalise,
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
  ToChangelog,
  Top,
  Union,
  Unnest,
  UserFunction,
  Values,
  Watermark,
  Window,
  WindowShape,
} from './plan.ts'
export { type PlanLine, planLines, printOutputLine, printPlan, printRelationLine, type RelationNote } from './print.ts'
export { printExpression, printName, printText } from './print-expression.ts'
export { columnOf, columnsByName, groupingIdOf, isRegularJoin, referTo, schemaOf, windowBoundType } from './schema.ts'
export { isLargerThan, levelsMax, sizeOf } from './size.ts'
export type {
  FunctionDefinition,
  TableColumn,
  TableDefinition,
  TablePath,
  TableSize,
  Tables,
  UserSignature,
  ViewDefinition,
} from './tables.ts'
export { contains, deriveUpsertKeys, type UpsertKey } from './upsert-key.ts'
export { normaliseUpserts } from './upsert-scans.ts'
export {
  columnsIn,
  expressionsOf,
  inputsOf,
  mapExpression,
  mapExpressions,
  mapParts,
  mapPlan,
  mapRelations,
  match,
  matchExpression,
  partsOf,
  readersFirst,
  rootsOf,
  sharedRelations,
  userFunctionsIn,
  walkExpression,
  walkRelations,
  withInputs,
} from './visit.ts'
export { joinWrittenAt, type TextSpan, type WrittenAt, type WrittenView, withWrittenAt, writtenAt } from './written-at.ts'
export { isPlainName, isReserved, quotedName, writtenName } from './written-name.ts'
