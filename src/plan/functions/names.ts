/** The functions of the dialect by name, and the other names that people know them by. */
import { aggregateSignatures } from './aggregate.ts'
import { arithmeticSignatures } from './arithmetic.ts'
import { bitmapSignatures } from './bitmap.ts'
import { collectionSignatures } from './collection.ts'
import { comparisonSignatures } from './comparison.ts'
import { conditionalSignatures } from './conditional.ts'
import { datetimeSignatures } from './datetime.ts'
import { hashSignatures } from './hash.ts'
import { jsonSignatures } from './json.ts'
import { logicSignatures } from './logic.ts'
import { overSignatures } from './over.ts'
import type { Signature } from './signature.ts'
import { structuredSignatures } from './structured.ts'
import { systemSignatures } from './system.ts'
import { textSignatures } from './text.ts'

/** Every scalar function and operator of a plan. */
export const scalarSignatures = {
  ...comparisonSignatures,
  ...logicSignatures,
  ...arithmeticSignatures,
  ...textSignatures,
  ...datetimeSignatures,
  ...conditionalSignatures,
  ...jsonSignatures,
  ...collectionSignatures,
  ...hashSignatures,
  ...bitmapSignatures,
  ...structuredSignatures,
  ...systemSignatures,
} satisfies Record<string, Signature>

export type FunctionName = keyof typeof scalarSignatures
export type AggregateName = keyof typeof aggregateSignatures
export type OverName = keyof typeof overSignatures

export { aggregateSignatures, overSignatures }

/** What people may write instead of a function's own name. */
export const functionSynonyms: Readonly<Record<string, FunctionName | AggregateName>> = {
  CHARACTER_LENGTH: 'CHAR_LENGTH',
  SUBSTR: 'SUBSTRING',
  CEILING: 'CEIL',
  MOD: '%',
  TRANSLATE3: 'TRANSLATE',
  STDDEV: 'STDDEV_SAMP',
  VARIANCE: 'VAR_SAMP',
}

/** Functions that only the front end writes into plans; by these names nobody can call them. */
export const internalFunctions: ReadonlySet<string> = new Set<FunctionName | AggregateName>([
  'ARRAY',
  'MAP',
  'ROW',
  'ITEM',
  'FIELD',
  'COPIES',
  'BUCKET',
  'IN',
  'LIKE',
  'NEGATE',
  'FLOOR_TIME',
  'CEIL_TIME',
  'PLUS_INTERVAL',
  'MINUS_INTERVAL',
  'TIMES_INTERVAL',
  'OVERLAPS',
  'IS JSON VALUE',
  'IS JSON OBJECT',
  'IS JSON ARRAY',
  'IS JSON SCALAR',
  'USER_FUNCTION',
  'USER_AGGREGATE',
  'SINGLE_VALUE',
])

/** The functions that take a table and give one, which stand in FROM. Windows are none by Flink's count. */
export const tableFunctions = {
  TO_CHANGELOG: { usage: "TO_CHANGELOG(input => TABLE t, op => DESCRIPTOR(op), op_mapping => MAP['INSERT', 'c', 'DELETE', 'd'])" },
  FROM_CHANGELOG: { usage: "FROM_CHANGELOG(input => TABLE t, op => DESCRIPTOR(op), op_mapping => MAP['c', 'INSERT', 'd', 'DELETE'])" },
} satisfies Record<string, Pick<Signature, 'usage'>>

/** The functions that people can call by name, sorted; operators such as `<=` or `IS NULL`, which have another form, are not among them. */
export const builtInFunctions: ReadonlyMap<string, Pick<Signature, 'usage'>> = new Map<string, Pick<Signature, 'usage'>>(
  Object.entries({ ...scalarSignatures, ...aggregateSignatures, ...overSignatures, ...tableFunctions })
    .filter(([name]) => /^[A-Z][A-Z0-9_]*$/.test(name) && !internalFunctions.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
)

/** Whether a name or synonym is a built-in function's, whatever its letter case. */
export function isBuiltIn(name: string): boolean {
  const upper = name.toUpperCase()
  return builtInFunctions.has(upper) || Object.hasOwn(functionSynonyms, upper)
}

/** The scalar function with a name or synonym, whatever its letter case. */
export function scalarFunctionNamed(name: string): FunctionName | undefined {
  const upper = name.toUpperCase()
  const known = functionSynonyms[upper] ?? upper
  return isScalar(known) ? known : undefined
}

/** The aggregate function with a name or synonym, whatever its letter case. */
export function aggregateNamed(name: string): AggregateName | undefined {
  const upper = name.toUpperCase()
  const known = functionSynonyms[upper] ?? upper
  return isAggregate(known) ? known : undefined
}

/** The window function with a name, whatever its letter case. */
export function overFunctionNamed(name: string): OverName | undefined {
  const upper = name.toUpperCase()
  return isOver(upper) ? upper : undefined
}

function isScalar(name: string): name is FunctionName {
  return Object.hasOwn(scalarSignatures, name)
}

function isAggregate(name: string): name is AggregateName {
  return Object.hasOwn(aggregateSignatures, name)
}

function isOver(name: string): name is OverName {
  return Object.hasOwn(overSignatures, name)
}
