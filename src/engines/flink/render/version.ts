/** What versions of Flink lack of what a plan may have. */
import type { DataType } from '#data'
import {
  type AggregateName,
  type Expression,
  expressionsOf,
  type FunctionName,
  type Plan,
  type RelationKind,
  rootsOf,
  schemaOf,
  walkExpression,
  walkRelations,
} from '#plan'
import { renderErrors } from './errors.ts'

/**
 * The versions that are known, from old to new, each with what came with it. What is in none of the rows was there before the first. Source:
 * the built-in functions that the library flink-table-common of each version names.
 */
const versions = [
  { version: '1.20', functions: [], relations: [], types: [] },
  {
    version: '2.0',
    functions: [
      'BTRIM',
      'ELT',
      'ENDSWITH',
      'JSON_QUOTE',
      'JSON_UNQUOTE',
      'PERCENTILE',
      'PRINTF',
      'REGEXP_COUNT',
      'REGEXP_EXTRACT_ALL',
      'REGEXP_INSTR',
      'REGEXP_SUBSTR',
      'STARTSWITH',
      'TRANSLATE',
      'UNHEX',
      'URL_DECODE',
      'URL_ENCODE',
    ],
    relations: [],
    types: [],
  },
  { version: '2.1', functions: ['PARSE_JSON', 'TRY_PARSE_JSON'], relations: [], types: ['variant'] },
  { version: '2.2', functions: ['OBJECT_OF', 'OBJECT_UPDATE'], relations: [], types: [] },
  {
    version: '2.3',
    functions: [
      'BITMAP_BUILD',
      'BITMAP_AND',
      'BITMAP_ANDNOT',
      'BITMAP_OR',
      'BITMAP_XOR',
      'BITMAP_CARDINALITY',
      'BITMAP_FROM_BYTES',
      'BITMAP_TO_BYTES',
      'BITMAP_TO_ARRAY',
      'BITMAP_TO_STRING',
      'BITMAP_AND_CARDINALITY_AGG',
      'BITMAP_BUILD_CARDINALITY_AGG',
      'BITMAP_OR_CARDINALITY_AGG',
      'BITMAP_XOR_CARDINALITY_AGG',
      'INET_ATON',
      'INET_NTOA',
    ],
    relations: ['to-changelog', 'from-changelog'],
    types: ['bitmap'],
  },
] as const satisfies readonly VersionRow[]

interface VersionRow {
  readonly version: string
  readonly functions: readonly (FunctionName | AggregateName)[]
  readonly relations: readonly RelationKind[]
  readonly types: readonly DataType['kind'][]
}

export type FlinkVersion = (typeof versions)[number]['version']

const flinkVersions: readonly FlinkVersion[] = versions.map(({ version }) => version)

/** Something that a plan has and a version has not. */
export interface Lack {
  readonly kind: 'function' | 'relation' | 'type'
  readonly name: string
  /** The version that it came with. */
  readonly since: FlinkVersion
}

/** What a plan has that a version lacks, each once, in the order of the table. */
export function whatLacks(plan: Plan, version: FlinkVersion): Lack[] {
  const later = versions.slice(flinkVersions.indexOf(version) + 1)
  const { functions, relations, types } = contentsOf(plan)
  return later.flatMap((row: VersionRow & { readonly version: FlinkVersion }) => [
    ...row.functions.flatMap((name): Lack[] => (functions.has(name) ? [{ kind: 'function', name, since: row.version }] : [])),
    ...row.relations.flatMap((kind): Lack[] =>
      relations.has(kind) ? [{ kind: 'relation', name: kind.toUpperCase().replace('-', '_'), since: row.version }] : [],
    ),
    ...row.types.flatMap((kind): Lack[] => (types.has(kind) ? [{ kind: 'type', name: kind.toUpperCase(), since: row.version }] : [])),
  ])
}

/** Refuses a plan that needs more than a version has: ENGINE_FLINK_RENDER_VERSION for the first thing. */
export function assertSayable(plan: Plan, version: FlinkVersion): void {
  const [first] = whatLacks(plan, version)
  if (first !== undefined) {
    throw renderErrors.ENGINE_FLINK_RENDER_VERSION({ version, what: `${first.kind} ${first.name}`, since: first.since })
  }
}

interface Contents {
  readonly functions: ReadonlySet<string>
  readonly relations: ReadonlySet<string>
  readonly types: ReadonlySet<string>
}

function contentsOf(plan: Plan): Contents {
  const functions = new Set<string>()
  const relations = new Set<string>()
  const types = new Set<string>()
  const addExpression = (expression: Expression): void =>
    walkExpression(expression, (part) => {
      if (part.kind === 'call') functions.add(part.function)
      addType(part.type, types)
    })
  walkRelations(rootsOf(plan), (relation) => {
    relations.add(relation.kind)
    for (const { type } of schemaOf(relation)) addType(type, types)
    if (relation.kind === 'aggregate' || relation.kind === 'over') for (const measure of relation.measures) functions.add(measure.function)
    for (const expression of expressionsOf(relation)) addExpression(expression)
  })
  return { functions, relations, types }
}

/** The type, and those inside it. */
function addType(type: DataType, types: Set<string>): void {
  types.add(type.kind)
  if (type.kind === 'array' || type.kind === 'multiset') addType(type.element, types)
  if (type.kind === 'map') for (const each of [type.key, type.value]) addType(each, types)
  if (type.kind === 'row') for (const field of type.fields) addType(field.type, types)
}
