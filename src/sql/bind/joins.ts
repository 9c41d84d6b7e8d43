/** Builds joins: finds the columns that are compared for equality, and keeps what else must hold beside them. */
import { sameType } from '#data'
import {
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  type Expression,
  type Join,
  type JoinKey,
  type JoinType,
  joinWrittenAt,
  type NamedExpression,
  type Relation,
  schemaOf,
  withWrittenAt,
  writtenAt,
} from '#plan'
import type { BindContext } from './context.ts'
import { columnNamed, extended, namesOf } from './names.ts'

/** Joins two relations whose column names differ, under conditions that must all hold. Computed keys become columns before the join. */
export function joinWith(
  context: BindContext,
  type: JoinType,
  left: Relation,
  right: Relation,
  conditions: readonly Expression[],
  asOf: string | null = null,
): Join {
  const sides: Sides = { left: namesOf(schemaOf(left)), right: namesOf(schemaOf(right)) }
  const equal: JoinKey[] = []
  const rest: Expression[] = []
  const added: { readonly left: NamedExpression[]; readonly right: NamedExpression[] } = { left: [], right: [] }
  for (const condition of conditions.flatMap(conjunctsOf)) {
    const key = equalityOf(condition, sides)
    if (key === null) {
      rest.push(condition)
      continue
    }
    const name = (value: Expression, list: NamedExpression[]): string => {
      if (value.kind === 'column') return value.name
      const fresh = context.freshName('key')
      list.push({ name: fresh, value })
      return fresh
    }
    equal.push({ left: name(key.left, added.left), right: name(key.right, added.right), nullsEqual: key.nullsEqual })
  }
  return {
    kind: 'join',
    type,
    left: extended(left, added.left),
    right: extended(right, added.right),
    equal,
    condition: conjunctionOf(rest),
    asOf,
  }
}

interface Sides {
  readonly left: ReadonlySet<string>
  readonly right: ReadonlySet<string>
}

/** The two sides of an equality, when each reads columns of one relation only. */
function equalityOf(
  condition: Expression,
  sides: Sides,
): { readonly left: Expression; readonly right: Expression; readonly nullsEqual: boolean } | null {
  if (condition.kind !== 'call' || (condition.function !== '=' && condition.function !== 'IS NOT DISTINCT FROM')) return null
  const [first, second] = condition.arguments
  if (first === undefined || second === undefined || !sameType(first.type, second.type, true)) return null
  const nullsEqual = condition.function === 'IS NOT DISTINCT FROM'
  if (reads(first, sides.left) && reads(second, sides.right)) return { left: first, right: second, nullsEqual }
  return reads(first, sides.right) && reads(second, sides.left) ? { left: second, right: first, nullsEqual } : null
}

/** Whether an expression reads columns, and only these. */
function reads(expression: Expression, names: ReadonlySet<string>): boolean {
  const used = columnsIn(expression)
  return used.size > 0 && [...used].every((name) => names.has(name))
}

/**
 * Moves conditions of a WHERE into the inner joins below, where both of their sides come together; what is left is returned. Comma
 * joins get their keys this way, and conditions on time make interval joins.
 */
export function pushIntoJoins(
  context: BindContext,
  relation: Relation,
  conditions: readonly Expression[],
): { readonly relation: Relation; readonly rest: readonly Expression[] } {
  if (relation.kind !== 'join' || relation.type !== 'inner' || relation.asOf !== null) return { relation, rest: conditions }
  const left = namesOf(schemaOf(relation.left))
  const right = namesOf(schemaOf(relation.right))
  const below: Expression[] = []
  const here: Expression[] = []
  const rest: Expression[] = []
  for (const condition of conditions) {
    const used = [...columnsIn(condition)]
    if (used.length > 0 && used.every((name) => left.has(name))) below.push(condition)
    else if (used.some((name) => left.has(name)) && used.every((name) => left.has(name) || right.has(name))) here.push(condition)
    else rest.push(condition)
  }
  const pushed = pushIntoJoins(context, relation.left, below)
  const at = joinWrittenAt([writtenAt(relation), context.writtenAt(context.spansOf(here))])
  const joined =
    here.length === 0
      ? { ...relation, left: pushed.relation }
      : withWrittenAt(
          { ...joinWith(context, 'inner', pushed.relation, relation.right, [...conditionsOf(relation), ...here]), ...stateTtlOf(relation) },
          at,
        )
  const kept = new Set([...rest, ...pushed.rest])
  return {
    relation: here.length === 0 && pushed.relation === relation.left ? relation : joined,
    rest: conditions.filter((condition) => kept.has(condition)),
  }
}

function stateTtlOf({ stateTtlMs }: Join): Pick<Join, 'stateTtlMs'> {
  return stateTtlMs === undefined ? {} : { stateTtlMs }
}

/** Everything that a join compares, as conditions. */
function conditionsOf(join: Join): Expression[] {
  const keys = join.equal.map(({ left, right, nullsEqual }): Expression => {
    const args = [reference(join.left, left), reference(join.right, right)]
    const nullable = !nullsEqual && args.some((arg) => arg.type.nullable)
    return { kind: 'call', function: nullsEqual ? 'IS NOT DISTINCT FROM' : '=', arguments: args, type: { kind: 'boolean', nullable } }
  })
  return [...keys, ...conjunctsOf(join.condition)]
}

function reference(relation: Relation, name: string): Expression {
  const type = columnNamed(relation, name)?.type ?? { kind: 'null', nullable: true }
  return { kind: 'column', name, type }
}

/** The right relation with columns renamed where the left one has the same names, and the new name of each. */
export function apart(left: Relation, right: Relation): { readonly relation: Relation; readonly names: ReadonlyMap<string, string> } {
  const taken = namesOf(schemaOf(left))
  const own = namesOf(schemaOf(right))
  const names = new Map<string, string>()
  for (const { name } of schemaOf(right)) {
    let unique = name
    for (let count = 0; taken.has(unique) || (unique !== name && own.has(unique)); count++) unique = `${name}${count}`
    taken.add(unique)
    names.set(name, unique)
  }
  if ([...names].every(([before, after]) => before === after)) return { relation: right, names }
  const columns = schemaOf(right).map(
    ({ name, type }): NamedExpression => ({ name: names.get(name) ?? name, value: { kind: 'column', name, type } }),
  )
  return { relation: { kind: 'project', input: right, columns }, names }
}
