/** Folds the filters and projections above a relation into one condition and one expression per column, over the relation's columns. */
import { booleanType } from '#data'
import { type Expression, type Filter, mapExpression, partsOf, type Project, referTo, type Relation, schemaOf, walkExpression } from '#plan'

export interface Fused {
  /** What lies below: neither a filter nor a projection, unless folding had to stop. */
  readonly base: Relation
  /** What must be true; null when nothing must. */
  readonly condition: Expression | null
  /** The columns of the relation on top, over the columns of the base. */
  readonly columns: readonly { readonly name: string; readonly value: Expression }[]
}

/** Expressions larger than this are not folded further: folding repeats what is used twice. */
const partsMax = 5000

/** `isKept` names relations below the top that others read too: folding stops there. */
export function fuse(relation: Relation, isKept: (relation: Relation) => boolean): Fused {
  const chain: (Filter | Project)[] = []
  let base = relation
  while ((base.kind === 'filter' || base.kind === 'project') && (base === relation || !isKept(base))) {
    chain.push(base)
    base = base.input
  }
  let fused = identity(base)
  for (const step of chain.reverse()) {
    const next = step.kind === 'filter' ? filtered(fused, step) : projected(fused, step)
    fused = next !== null ? next : apply(identity(step.input), step)
  }
  return fused
}

/** One step on its own, over whatever its input is. */
function apply(fused: Fused, step: Filter | Project): Fused {
  return (step.kind === 'filter' ? filtered(fused, step) : projected(fused, step)) ?? fused
}

function identity(base: Relation): Fused {
  return { base, condition: null, columns: schemaOf(base).map((column) => ({ name: column.name, value: referTo(column) })) }
}

function filtered(fused: Fused, { condition }: Filter): Fused | null {
  const substituted = substituter(fused)(condition)
  if (isLarge(substituted)) return null
  return { ...fused, condition: fused.condition === null ? substituted : both(fused.condition, substituted) }
}

function projected(fused: Fused, { columns }: Project): Fused | null {
  const substitute = substituter(fused)
  const values = columns.map((column) => ({ name: column.name, value: substitute(column.value) }))
  return values.some((column) => isLarge(column.value)) ? null : { ...fused, columns: values }
}

function substituter(fused: Fused): (expression: Expression) => Expression {
  const values = new Map(fused.columns.map((column) => [column.name, column.value]))
  return (expression) => mapExpression(expression, (part) => (part.kind === 'column' ? (values.get(part.name) ?? part) : part))
}

function both(left: Expression, right: Expression): Expression {
  return {
    kind: 'call',
    function: 'AND',
    arguments: [left, right],
    type: { ...booleanType, nullable: left.type.nullable || right.type.nullable },
  }
}

function isLarge(expression: Expression): boolean {
  if (partsOf(expression).length === 0) return false
  let parts = 0
  walkExpression(expression, () => {
    parts++
  })
  return parts > partsMax
}
