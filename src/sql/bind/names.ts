/** Names for columns, unique within a relation. */
import type { Column, Schema } from '#data'
import { columnsByName, type Expression, type NamedExpression, type Relation, referTo, schemaOf } from '#plan'

/** For each set, the number to try next for a name: all before it are taken, for no name is ever given back. */
const nextCounts = new WeakMap<Set<string>, Map<string, number>>()

/** The name itself, or the name and the first number that makes it new. Takes it. */
export function uniqueName(name: string, taken: Set<string>): string {
  let unique = name
  if (taken.has(name)) {
    const counts = nextCounts.get(taken) ?? new Map<string, number>()
    nextCounts.set(taken, counts)
    let count = counts.get(name) ?? 0
    do unique = `${name}${count++}`
    while (taken.has(unique))
    counts.set(name, count)
  }
  taken.add(unique)
  return unique
}

export function namesOf(schema: Schema): Set<string> {
  return new Set(schema.map((column) => column.name))
}

/** The relation with the columns renamed one by one; the relation itself when all names stay. */
export function renamed(relation: Relation, names: readonly string[]): Relation {
  const schema = schemaOf(relation)
  if (schema.every((column, index) => column.name === names[index])) return relation
  return projected(
    relation,
    schema.map((column, index) => ({ name: names[index] ?? column.name, value: referTo(column) })),
  )
}

/** A project, or the relation itself when it already has just these columns. */
export function projected(relation: Relation, columns: readonly NamedExpression[]): Relation {
  const schema = schemaOf(relation)
  const same =
    columns.length === schema.length && columns.every(({ name, value }, index) => isColumn(value, name) && schema[index]?.name === name)
  return same ? relation : { kind: 'project', input: relation, columns }
}

function isColumn(value: Expression, name: string): boolean {
  return value.kind === 'column' && value.name === name
}

/** All columns of a relation as they are. */
export function passedColumns(relation: Relation): NamedExpression[] {
  return schemaOf(relation).map((column) => ({ name: column.name, value: referTo(column) }))
}

/** The relation with computed columns behind its own. */
export function extended(relation: Relation, added: readonly NamedExpression[]): Relation {
  return added.length === 0 ? relation : { kind: 'project', input: relation, columns: [...passedColumns(relation), ...added] }
}

export function columnNamed(relation: Relation, name: string): Column | undefined {
  return columnsByName(schemaOf(relation)).get(name)
}
