/**
 * Reads single fields of a ROW column where only they are used: FIELD(bid, 2) becomes the scanned column `bid.price`, and the fields
 * that nobody asks for are never built. First the uses of each column are collected from the readers down to the scans, through
 * filters, watermarks and projections; then relations are rebuilt from the scans up.
 */
import { type Column, columnIndex, type Schema, withNullable } from '#data'
import {
  type Expression,
  expressionsOf,
  inputsOf,
  mapExpressions,
  mapParts,
  mapPlan,
  type NamedExpression,
  type Plan,
  partsOf,
  type Relation,
  rootsOf,
  type Scan,
  schemaOf,
  walkRelations,
} from '#plan'
import type { OptimizerFacts } from '../rule.ts'

/** Fields of a column that are used, or that the column is used as a whole. */
type Use = Set<number> | 'whole'
type Uses = Map<string, Use>
/** For each split column its fields' columns, by position. */
type SplitColumns = Map<string, ReadonlyMap<number, Column>>

export function splitRows(plan: Plan, facts: OptimizerFacts): Plan {
  const uses = collectUses(plan)
  const split = new Map<Relation, SplitColumns>()
  return mapPlan(plan, (relation, original) => {
    const known = uses.get(original) ?? new Map<string, Use>()
    const below = inputsOf(relation).map((input) => split.get(input))
    const rebuilt = relation.kind === 'scan' ? splitScan(relation, known, facts, split) : rewrite(relation, below[0], known)
    const carried = relation.kind === 'project' ? splitOutputs(relation.columns, below[0], known) : carriedOn(relation, below[0])
    if (carried !== undefined && carried.size > 0) split.set(rebuilt, carried)
    return rebuilt
  })
}

/** Relations that hand the columns of their input on as they are. */
function carriedOn(relation: Relation, below: SplitColumns | undefined): SplitColumns | undefined {
  return relation.kind === 'filter' || relation.kind === 'watermark' ? below : undefined
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
  const readersFirst: Relation[] = []
  walkRelations(rootsOf(plan), (relation) => readersFirst.unshift(relation))
  for (const relation of readersFirst) {
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

function splitScan(scan: Scan, uses: Uses, facts: OptimizerFacts, split: Map<Relation, SplitColumns>): Scan {
  if (!scan.columns.some((column) => column.type.kind === 'row') || !facts.readsFields(scan)) return scan
  const columns: Column[] = []
  const sources = { ...scan.sources }
  const splitColumns: SplitColumns = new Map()
  for (const column of scan.columns) {
    const fields = fieldColumns(column, uses.get(column.name), scan.columns)
    if (fields === undefined) {
      columns.push(column)
      continue
    }
    splitColumns.set(column.name, fields)
    const key = scan.sources[column.name]?.key ?? column.name
    for (const [index, field] of fields) {
      columns.push(field)
      sources[field.name] = { kind: 'physical', key: `${key}.${fieldName(column, index)}` }
    }
  }
  if (splitColumns.size === 0) return scan
  const conditions = scan.conditions.map((condition) => withFields(condition, splitColumns))
  const rebuilt = { ...scan, columns, sources, conditions }
  split.set(rebuilt, splitColumns)
  return rebuilt
}

function fieldName(column: Column, index: number): string {
  return column.type.kind === 'row' ? (column.type.fields[index]?.name ?? '') : ''
}

/** Columns for the used fields of a row; undefined when the row is used as a whole or a name is taken. */
function fieldColumns(column: Column, use: Use | undefined, schema: Schema): Map<number, Column> | undefined {
  const { type } = column
  if (type.kind !== 'row' || use === 'whole') return undefined
  const fields = new Map<number, Column>()
  for (const index of [...(use ?? [])].sort((a, b) => a - b)) {
    const field = type.fields[index]
    const name = `${column.name}.${field?.name ?? ''}`
    if (field === undefined || columnIndex(schema, name) >= 0) return undefined
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
function rewrite(relation: Relation, below: SplitColumns | undefined, uses: Uses): Relation {
  if (below === undefined || below.size === 0) return relation
  const replace = (expression: Expression): Expression => withFields(expression, below)
  if (relation.kind !== 'project') return mapExpressions(relation, replace)
  const columns = relation.columns.flatMap(({ name, value }): NamedExpression[] => {
    const fields = value.kind === 'column' ? below.get(value.name) : undefined
    if (fields === undefined) return [{ name, value: replace(value) }]
    return usedFields(name, fields, uses).map(([, from, to]) => ({ name: to, value: { kind: 'column', name: from.name, type: from.type } }))
  })
  return { ...relation, columns }
}

/** The fields of a projected row that readers use: position, the column below, the name above. */
function usedFields(name: string, fields: ReadonlyMap<number, Column>, uses: Uses): [index: number, from: Column, to: string][] {
  const use = uses.get(name)
  return [...fields].flatMap(([index, from]) => {
    const used = use !== undefined && use !== 'whole' && use.has(index)
    return used ? [[index, from, `${name}.${from.name.slice(from.name.lastIndexOf('.') + 1)}`] as [number, Column, string]] : []
  })
}

function splitOutputs(columns: readonly NamedExpression[], below: SplitColumns | undefined, uses: Uses): SplitColumns | undefined {
  if (below === undefined) return undefined
  const outputs: SplitColumns = new Map()
  for (const { name, value } of columns) {
    const fields = value.kind === 'column' ? below.get(value.name) : undefined
    if (fields === undefined) continue
    outputs.set(name, new Map(usedFields(name, fields, uses).map(([index, from, to]) => [index, { name: to, type: from.type }])))
  }
  return outputs
}
