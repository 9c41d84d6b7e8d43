/**
 * Reads single fields of a ROW column where only they are used: FIELD(bid, 2) becomes the scanned column `bid.price`, and the fields
 * that nobody asks for are never built. First the uses of each column are collected from the readers down to the scans, through
 * filters, watermarks and projections; then relations are rebuilt from the scans up.
 *
 * Right because a field of a row is the same wherever it is taken, and NULL where the row is.
 */
import { assert } from '#base'
import { type Column, type DataType, withNullable } from '#data'
import {
  type Expression,
  expressionsOf,
  inputsOf,
  mapExpressions,
  mapParts,
  mapPlan,
  type NamedExpression,
  type Plan,
  type Project,
  partsOf,
  type Relation,
  readersFirst,
  rootsOf,
  type Scan,
  schemaOf,
} from '#plan'
import type { OptimizerFacts } from '../rule.ts'

/** Fields of a column that are used, or that the column is used as a whole. */
type Use = Set<number> | 'whole'
type Uses = Map<string, Use>
/** For each split column its fields' columns, by position. */
type SplitColumns = ReadonlyMap<string, ReadonlyMap<number, Column>>
/** A relation, and the columns of it that were split. */
type Rewritten = readonly [relation: Relation, split: SplitColumns]

const nothing: SplitColumns = new Map()

export function splitRows(plan: Plan, facts: OptimizerFacts): Plan {
  const uses = collectUses(plan)
  const split = new Map<Relation, SplitColumns>()
  return mapPlan(plan, (relation, original) => {
    const own = uses.get(original) ?? new Map<string, Use>()
    const [input] = inputsOf(relation)
    const below = input === undefined ? undefined : split.get(input)
    const [rebuilt, columns] = relation.kind === 'scan' ? splitScan(relation, own, facts) : rewrite(relation, below ?? nothing, own)
    if (columns.size > 0) split.set(rebuilt, columns)
    return rebuilt
  })
}

function collectUses(plan: Plan): Map<Relation, Uses> {
  const uses = new Map<Relation, Uses>()
  const use = (relation: Relation, name: string, by: Use): void => {
    const known = uses.get(relation) ?? new Map<string, Use>()
    uses.set(relation, known)
    const before = known.get(name)
    known.set(name, by === 'whole' || before === 'whole' ? 'whole' : new Set([...(before ?? []), ...by]))
  }
  for (const root of rootsOf(plan)) for (const { name } of schemaOf(root)) use(root, name, 'whole')
  for (const relation of readersFirst(rootsOf(plan))) {
    for (const input of inputsOf(relation)) usesOfInput(relation, input, uses.get(relation) ?? new Map<string, Use>(), use)
  }
  return uses
}

/** Tells how a relation uses the columns of an input, when its own columns are used as `own` says. */
function usesOfInput(relation: Relation, input: Relation, own: Uses, use: (relation: Relation, name: string, by: Use) => void): void {
  const expression = (part: Expression): void => {
    if (part.kind === 'column') use(input, part.name, 'whole')
    const field = fieldIn(part)
    if (field !== undefined) use(input, field.column, new Set([field.index]))
    else for (const each of partsOf(part)) expression(each)
  }
  switch (relation.kind) {
    case 'project':
      for (const { name, value } of relation.columns) {
        if (value.kind === 'column') use(input, value.name, own.get(name) ?? new Set())
        else expression(value)
      }
      return
    case 'filter':
    case 'watermark':
      for (const [name, by] of own) use(input, name, by)
      if (relation.kind === 'watermark') use(input, relation.column, 'whole')
      for (const each of expressionsOf(relation)) expression(each)
      return
    default:
      for (const { name } of schemaOf(input)) use(input, name, 'whole')
  }
}

/** The field that an expression takes from a column, if that is all it does. */
function fieldIn(expression: Expression): { readonly column: string; readonly index: number } | undefined {
  if (expression.kind !== 'call' || expression.function !== 'FIELD') return undefined
  const [row, index] = expression.arguments
  if (row?.kind !== 'column' || index?.kind !== 'literal' || typeof index.value !== 'number') return undefined
  return { column: row.name, index: index.value }
}

function splitScan(scan: Scan, uses: Uses, facts: OptimizerFacts): Rewritten {
  if (!scan.columns.some((column) => column.type.kind === 'row') || !facts.readsFields(scan)) return [scan, nothing]
  const taken = new Set(scan.columns.map((column) => column.name))
  const split = new Map<string, ReadonlyMap<number, Column>>()
  const sources = { ...scan.sources }
  const columns = scan.columns.flatMap((column) => {
    const fields = fieldColumns(column.name, column.type, uses.get(column.name), taken)
    if (fields === undefined) return [column]
    split.set(column.name, fields)
    const key = scan.sources[column.name]?.key ?? column.name
    for (const [index, { name }] of fields) sources[name] = { kind: 'physical', key: `${key}.${fieldName(column.type, index)}` }
    return [...fields.values()]
  })
  if (split.size === 0) return [scan, nothing]
  const conditions = scan.conditions.map((condition) => withFields(condition, split))
  return [{ ...scan, columns, sources, conditions }, split]
}

function fieldName(type: DataType, index: number): string {
  return type.kind === 'row' ? (type.fields[index]?.name ?? '') : ''
}

/** Columns for the used fields of a row, named after both; undefined when the row is used as a whole. Takes their names. */
function fieldColumns(row: string, type: DataType, use: Use | undefined, taken: Set<string>): Map<number, Column> | undefined {
  if (type.kind !== 'row' || use === 'whole') return undefined
  const fields = new Map<number, Column>()
  for (const index of [...(use ?? [])].sort((a, b) => a - b)) {
    const field = type.fields[index]
    assert(field !== undefined, `no field ${index} in "${row}"`)
    let name = `${row}.${field.name}`
    while (taken.has(name)) name += '_'
    taken.add(name)
    fields.set(index, { name, type: withNullable(field.type, type.nullable || field.type.nullable) })
  }
  return fields
}

function withFields(expression: Expression, split: SplitColumns): Expression {
  const field = fieldIn(expression)
  const column = field === undefined ? undefined : split.get(field.column)?.get(field.index)
  return column === undefined
    ? mapParts(expression, (part) => withFields(part, split))
    : { kind: 'column', name: column.name, type: column.type }
}

/** Puts the columns of fields in the place of the calls that took them. */
function rewrite(relation: Relation, below: SplitColumns, uses: Uses): Rewritten {
  if (below.size === 0) return [relation, nothing]
  if (relation.kind === 'project') return rewriteProject(relation, below, uses)
  const rebuilt = mapExpressions(relation, (expression) => withFields(expression, below))
  const handsOn = relation.kind === 'filter' || relation.kind === 'watermark'
  return [rebuilt, handsOn ? below : nothing]
}

/** Of a row that a projection hands on, it hands on the fields that are used above. */
function rewriteProject(project: Project, below: SplitColumns, uses: Uses): Rewritten {
  const taken = new Set(project.columns.map((column) => column.name))
  const split = new Map<string, ReadonlyMap<number, Column>>()
  const columns = project.columns.flatMap(({ name, value }): NamedExpression[] => {
    const known = value.kind === 'column' ? below.get(value.name) : undefined
    const fields = known === undefined ? undefined : fieldColumns(name, value.type, uses.get(name), taken)
    if (known === undefined || fields === undefined) return [{ name, value: withFields(value, below) }]
    split.set(name, fields)
    return [...fields].map(([index, field]) => {
      const from = known.get(index)
      assert(from !== undefined, `field ${index} of "${name}" is not read`)
      return { name: field.name, value: { kind: 'column', name: from.name, type: from.type } }
    })
  })
  return [{ ...project, columns }, split]
}
