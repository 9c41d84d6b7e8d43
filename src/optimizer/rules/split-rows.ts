/**
 * Reads single fields of a ROW column where only they are used: FIELD(bid, 2) becomes the scanned column `bid.price`, and the fields
 * that nobody asks for are never built.
 */
import { type Column, type RowField, withNullable } from '#data'
import { type Expression, expressionsOf, mapExpressions, mapParts, mapPlan, type Plan, type Project, type Relation, type Scan } from '#plan'
import type { OptimizerFacts } from '../optimize.ts'

export function splitRows(plan: Plan, facts: OptimizerFacts): Plan {
  return mapPlan(plan, (relation) => (relation.kind === 'project' ? splitBelow(relation, facts) : relation))
}

/** A projection hides all columns of its input that it does not name, so all uses of them are here and in the relations between. */
function splitBelow(project: Project, facts: OptimizerFacts): Relation {
  const between: Relation[] = []
  let below: Relation = project.input
  while (below.kind === 'filter' || below.kind === 'watermark') {
    between.push(below)
    below = below.input
  }
  if (below.kind !== 'scan' || !facts.readsFields(below)) return project
  const relations = [project, ...between]
  const scan = below
  const target = scan.columns.find((column) => column.type.kind === 'row' && onlyFieldsUsed(column, relations))
  return target === undefined ? project : splitBelow(split(relations, scan, target) as Project, facts)
}

function onlyFieldsUsed(column: Column, relations: readonly Relation[]): boolean {
  return relations.every(
    (relation) =>
      !(relation.kind === 'watermark' && relation.column === column.name) &&
      expressionsOf(relation).every((expression) => !usesWhole(expression, column.name)),
  )
}

function usesWhole(expression: Expression, name: string): boolean {
  if (expression.kind === 'column') return expression.name === name
  if (fieldIndex(expression, name) !== undefined) return false
  let uses = false
  mapParts(expression, (part) => {
    uses ||= usesWhole(part, name)
    return part
  })
  return uses
}

/** The position of the field that the expression takes from the column, if that is what it does. */
function fieldIndex(expression: Expression, name: string): number | undefined {
  if (expression.kind !== 'call' || expression.function !== 'FIELD') return undefined
  const [row, index] = expression.arguments
  if (row?.kind !== 'column' || row.name !== name || index?.kind !== 'literal') return undefined
  return typeof index.value === 'number' ? index.value : undefined
}

/** Puts the fields in the place of the column, in the scan and in all relations above it. */
function split(relations: readonly Relation[], scan: Scan, target: Column): Relation {
  if (target.type.kind !== 'row') return scan
  const columns = target.type.fields.map((field) => fieldColumn(target, field, scan.columns))
  const key = scan.sources[target.name]?.key ?? target.name
  const sources = { ...scan.sources }
  target.type.fields.forEach((field, index) => {
    const name = columns[index]?.name
    if (name !== undefined) sources[name] = { kind: 'physical', key: `${key}.${field.name}` }
  })
  const replace = (expression: Expression): Expression => {
    const column = columns[fieldIndex(expression, target.name) ?? -1]
    return column === undefined ? mapParts(expression, replace) : { kind: 'column', name: column.name, type: column.type }
  }
  let rebuilt: Relation = {
    ...scan,
    columns: scan.columns.flatMap((column) => (column === target ? columns : [column])),
    sources,
    conditions: scan.conditions.map(replace),
  }
  for (const relation of [...relations].reverse()) {
    const changed = mapExpressions(relation, replace)
    rebuilt = { ...changed, input: rebuilt } as Relation
  }
  return rebuilt
}

function fieldColumn(row: Column, field: RowField, taken: readonly Column[]): Column {
  let name = `${row.name}.${field.name}`
  while (taken.some((column) => column.name === name)) name = `${name}_`
  return { name, type: withNullable(field.type, row.type.nullable || field.type.nullable) }
}
