/** Binds calls: finds out which function a name means, and gives its arguments the form that the plan wants. */
import { suggestion } from '#base'
import {
  aggregateNamed,
  builtInFunctions,
  type Expression,
  type FunctionDefinition,
  type FunctionName,
  functionSynonyms,
  internalFunctions,
  overFunctionNamed,
  scalarFunctionNamed,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { bindAggregate } from './aggregate-call.ts'
import { boundArguments } from './arguments.ts'
import { callOf } from './call.ts'
import { isAuxiliary, isGroupWindow } from './group-window-names.ts'
import { jsonArguments } from './json-call.ts'
import { textConstant } from './literals.ts'
import { bindOver } from './over-call.ts'
import type { Place } from './place.ts'
import { bindUserFunction, findUserFunction } from './user-function.ts'
import { windowParameters } from './window-shape.ts'

export function bindCall(call: tree.Call, place: Place): Expression {
  const matched = place.collector?.matched?.(call, place) ?? null
  if (matched !== null) return matched
  const name = plainName(call)
  const user = findUserFunction(call, place.context)
  if (user !== null) return bindUserCall(call, user, place)
  if (name === null) throw functionNotFound(call, place)
  const upper = name.toUpperCase()
  if (call.over !== undefined) return bindOver(call, upper, null, place)
  if (isAuxiliary(upper) || isGroupWindow(upper)) return bindGroupWindow(call, upper, place)
  if (upper === 'GROUPING' || upper === 'GROUPING_ID' || upper === 'GROUP_ID') return bindGrouping(call, upper, place)
  const aggregate = internalFunctions.has(upper) ? undefined : aggregateNamed(name)
  if (aggregate !== undefined) return bindAggregate(call, aggregate, null, place)
  if (overFunctionNamed(name) !== undefined) {
    throw sqlErrors.SQL_OVER_MISSING(
      { function: upper },
      { position: call.position, hint: `Write ${upper}() OVER (PARTITION BY … ORDER BY …).` },
    )
  }
  return bindScalar(call, name, place)
}

/** A name of one part; others can only be user functions. */
function plainName(call: tree.Call): string | null {
  const [only] = call.name.parts
  return call.name.parts.length === 1 && only !== undefined ? only.text : null
}

function bindUserCall(call: tree.Call, user: FunctionDefinition, place: Place): Expression {
  if (user.signature.kind === 'aggregate') {
    return call.over === undefined ? bindAggregate(call, 'USER_AGGREGATE', user, place) : bindOver(call, user.name, user, place)
  }
  if (user.signature.kind === 'table') {
    const hint = `Call it in FROM: CROSS JOIN LATERAL TABLE(${user.name}(…)).`
    throw sqlErrors.SQL_TABLE_FUNCTION_PLACE({ function: user.name }, { position: call.position, hint })
  }
  refuseExtras(call, user.name)
  return bindUserFunction(user, boundArguments(call, place), call.position)
}

function bindGroupWindow(call: tree.Call, upper: string, place: Place): Expression {
  const bound = place.inside === null ? place.collector?.windowAuxiliary(upper, call) : null
  if (bound !== null && bound !== undefined) return bound
  throw sqlErrors.SQL_GROUP_WINDOW_PLACE({ function: upper }, { position: call.position })
}

function bindGrouping(call: tree.Call, upper: string, place: Place): Expression {
  const values = boundArguments(call, place)
  const isGroupId = upper === 'GROUP_ID'
  if (isGroupId && values.length > 0) {
    throw sqlErrors.SQL_ARGUMENT_COUNT({ function: upper, expected: 'no arguments', got: values.length }, { position: call.position })
  }
  const bound = place.inside === null && (values.length > 0 || isGroupId) ? place.collector?.grouping(values, call.position) : null
  if (bound !== null && bound !== undefined) return bound
  throw sqlErrors.SQL_GROUPING_PLACE({ function: upper }, { position: call.position })
}

function bindScalar(call: tree.Call, name: string, place: Place): Expression {
  const upper = name.toUpperCase()
  refuseExtras(call, upper)
  const known = scalarFunctionNamed(name)
  if (known === undefined || internalFunctions.has(upper)) throw functionNotFound(call, place)
  const special = specialArguments(call, upper, place)
  if (special !== null) return callOf(special.name, special.args, call.position, { name: upper })
  return callOf(known, boundArguments(call, place), call.position, { name: upper })
}

/** Functions whose spelling in the plan has other arguments than the one in the text. */
function specialArguments(
  call: tree.Call,
  upper: string,
  place: Place,
): { readonly name: FunctionName; readonly args: readonly Expression[] } | null {
  const hasUnit = call.arguments[1]?.kind === 'symbol'
  if (upper === 'FLOOR' && hasUnit) return { name: 'FLOOR_TIME', args: boundArguments(call, place) }
  if ((upper === 'CEIL' || upper === 'CEILING') && hasUnit) return { name: 'CEIL_TIME', args: boundArguments(call, place) }
  if (upper === 'CURRENT_DATABASE' && call.arguments.length === 0) {
    return { name: 'CURRENT_DATABASE', args: [textConstant(place.context.environment.current[1])] }
  }
  if (upper === 'TRIM' && call.arguments.length === 1) {
    return { name: 'TRIM', args: [textConstant('BOTH'), textConstant(' '), ...boundArguments(call, place)] }
  }
  const json = jsonArguments(call, upper, place)
  return json === null ? null : { name: upper as FunctionName, args: json }
}

/** DISTINCT, FILTER and the like stand with aggregate functions only. */
function refuseExtras(call: tree.Call, name: string): void {
  const extras: readonly (readonly [string, unknown])[] = [
    [call.quantifier?.toUpperCase() ?? '', call.quantifier],
    ['FILTER', call.filter],
    ['WITHIN GROUP', call.withinGroup],
    ['OVER', call.over],
    [`${call.nulls?.toUpperCase()} NULLS`, call.nulls],
    [call.semantics?.toUpperCase() ?? '', call.semantics],
  ]
  const extra = extras.find(([, value]) => value !== undefined)
  if (extra !== undefined) throw sqlErrors.SQL_NOT_AN_AGGREGATE({ function: name, clause: extra[0] }, { position: call.position })
}

/** What people of other systems call a function. */
const foreignFunctions: Readonly<Record<string, string>> = {
  NVL: 'COALESCE',
  ISNULL: 'x IS NULL, or COALESCE',
  LEN: 'CHAR_LENGTH',
  LENGTH: 'CHAR_LENGTH',
  GETDATE: 'CURRENT_TIMESTAMP',
  SYSDATE: 'CURRENT_TIMESTAMP',
  TO_CHAR: 'DATE_FORMAT',
  DATE_TRUNC: 'FLOOR(timestamp TO unit)',
  DATEDIFF: 'TIMESTAMPDIFF(DAY, start, end)',
  DATE_DIFF: 'TIMESTAMPDIFF(DAY, start, end)',
  DATEADD: 'TIMESTAMPADD(unit, count, timestamp)',
  DATE_ADD: "timestamp + INTERVAL '1' DAY",
  DATE_SUB: "timestamp - INTERVAL '1' DAY",
  DATE_PART: 'EXTRACT(unit FROM timestamp)',
  STRING_AGG: 'LISTAGG',
  GROUP_CONCAT: 'LISTAGG',
  APPROX_COUNT_DISTINCT: 'COUNT(DISTINCT x)',
  COUNT_IF: 'COUNT(*) FILTER (WHERE …)',
  COUNTIF: 'COUNT(*) FILTER (WHERE …)',
  SUM_IF: 'SUM(x) FILTER (WHERE …)',
  ANY_VALUE: 'FIRST_VALUE',
  MEAN: 'AVG',
  AVERAGE: 'AVG',
  RANDOM: 'RAND',
  CONTAINS: 'POSITION(x IN y) > 0',
  STRPOS: 'POSITION(x IN y)',
  CHARINDEX: 'LOCATE',
  TO_NUMBER: 'CAST(x AS DECIMAL(p, s))',
  SAFE_CAST: 'TRY_CAST',
  TO_JSON: 'JSON_OBJECT',
  GET_JSON_OBJECT: 'JSON_VALUE',
  JSON_EXTRACT: 'JSON_VALUE',
  JSON_EXTRACT_SCALAR: 'JSON_VALUE',
  FIRST: 'FIRST_VALUE',
  LAST: 'LAST_VALUE',
  PREV: 'LAG(x) OVER (…)',
  MATCH_ROWTIME: 'it in MATCH_RECOGNIZE',
  MATCH_PROCTIME: 'it in MATCH_RECOGNIZE',
  TO_CHANGELOG: 'it in FROM',
  FROM_CHANGELOG: 'it in FROM',
  TIME_BUCKET: 'a window table function: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size))',
  ARRAY_LENGTH: 'CARDINALITY',
  SIZE: 'CARDINALITY',
  REGEXP_LIKE: 'REGEXP',
  IIF: 'IF',
}

function functionNotFound(call: tree.Call, place: Place): Error {
  const name = nameText(call.name)
  const { position } = call.name
  const foreign = foreignFunctions[name.toUpperCase()]
  if (foreign !== undefined) return sqlErrors.SQL_FUNCTION_NOT_FOUND({ function: name }, { position, hint: `Use ${foreign}.` })
  const { environment } = place.context
  const users = [...environment.systemFunctionNames(), ...environment.functionNames(environment.current)]
  const known = [...builtInFunctions.keys(), ...Object.keys(functionSynonyms), ...Object.keys(windowParameters), ...users]
  const { detail, hint } = suggestion(name.toUpperCase(), known, 'functions')
  const listing = 'See SHOW FUNCTIONS for all of them.'
  return sqlErrors.SQL_FUNCTION_NOT_FOUND({ function: name }, { position, ...(hint === undefined ? { hint: listing } : { detail, hint }) })
}
