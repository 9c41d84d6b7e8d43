/** Folds the filters and projections above a relation into one condition and one expression per column, over the relation's columns. */
import { booleanType } from '#data'
import {
  determinismOf,
  type Expression,
  type Filter,
  inputsOf,
  isLargerThan,
  mapExpression,
  type Project,
  type Relation,
  referTo,
  schemaOf,
} from '#plan'

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

/**
 * `isKept` names relations below the top that others read too: folding stops there, and at projections whose values are new each time
 * that they are computed.
 */
export function fuse(relation: Relation, isKept: (relation: Relation) => boolean): Fused {
  let fused: Fused = {
    base: relation,
    condition: null,
    columns: schemaOf(relation).map((column) => ({ name: column.name, value: referTo(column) })),
  }
  for (;;) {
    const { base } = fused
    if (base.kind !== 'filter' && base.kind !== 'project') return fused
    if (base !== relation && (isKept(base) || isVolatile(base))) return fused
    if (base.kind === 'filter') {
      fused = { ...fused, base: base.input, condition: both(base.condition, fused.condition) }
      continue
    }
    const next = below(fused, base)
    // A step must be taken even when it is large: the first one stands for the relation itself.
    if (base !== relation && isTooLarge(next)) return fused
    fused = next
  }
}

/** A relation and those below it, as far as another one. */
export function relationsBetween(relation: Relation, base: Relation): readonly Relation[] {
  const relations: Relation[] = []
  for (let each: Relation | undefined = relation; each !== undefined && each !== base; each = inputsOf(each)[0]) relations.push(each)
  return relations
}

/** The same over the input of the projection at the base. */
function below(fused: Fused, project: Project): Fused {
  const values = new Map(project.columns.map((column) => [column.name, column.value]))
  const substitute = (expression: Expression): Expression =>
    mapExpression(expression, (part) => (part.kind === 'column' ? (values.get(part.name) ?? part) : part))
  return {
    base: project.input,
    condition: fused.condition === null ? null : substitute(fused.condition),
    columns: fused.columns.map(({ name, value }) => ({ name, value: substitute(value) })),
  }
}

/** The condition further down comes first: it may guard the other one. */
function both(first: Expression, second: Expression | null): Expression {
  if (second === null) return first
  return {
    kind: 'call',
    function: 'AND',
    arguments: [first, second],
    type: { ...booleanType, nullable: first.type.nullable || second.type.nullable },
  }
}

function isTooLarge({ condition, columns }: Fused): boolean {
  return (condition !== null && isLargerThan(condition, partsMax)) || columns.some((column) => isLargerThan(column.value, partsMax))
}

/** Whether a column would have another value if it was computed again. */
function isVolatile(relation: Filter | Project): boolean {
  return relation.kind === 'project' && relation.columns.some(({ value }) => determinismOf(value) !== 'pure')
}
