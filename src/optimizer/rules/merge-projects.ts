/**
 * Makes one projection of two, so that rules and readers see which columns are really used, and leaves out one that changes nothing.
 *
 * Right because a row and its retraction are computed alike. What gives another value each time is not repeated, and a projection that
 * others read too stays apart.
 */
import {
  determinismOf,
  isLargerThan,
  mapPlan,
  type NamedExpression,
  type Plan,
  type Project,
  type Relation,
  rootsOf,
  schemaOf,
  sharedRelations,
  walkExpression,
} from '#plan'
import { substituted, valuesOf } from '../substitute.ts'

/** A merged expression larger than this is left in two steps: merging repeats what is used twice. */
const partsMax = 2000

export function mergeProjects(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  const kept = new Set<Relation>()
  return mapPlan(plan, (relation, original) => {
    const merged = relation.kind === 'project' ? withoutStep(relation, kept) : relation
    if (shared.has(original)) kept.add(merged)
    return merged
  })
}

function withoutStep(project: Project, kept: ReadonlySet<Relation>): Relation {
  if (isPlain(project)) return project.input
  return kept.has(project.input) ? project : mergeBelow(project)
}

/** Whether a projection gives all columns of its input as they are. */
function isPlain({ input, columns }: Project): boolean {
  const schema = schemaOf(input)
  return (
    columns.length === schema.length &&
    columns.every(({ name, value }, index) => value.kind === 'column' && value.name === name && schema[index]?.name === name)
  )
}

function mergeBelow(project: Project): Project {
  const below = project.input
  if (below.kind !== 'project' || below.columns.some((column) => repeats(column, project))) return project
  const values = valuesOf(below.columns)
  const columns = project.columns.map(({ name, value }) => ({ name, value: substituted(value, values) }))
  return columns.some((column) => isLargerThan(column.value, partsMax)) ? project : { kind: 'project', input: below.input, columns }
}

/** Whether merging would compute something more than once that gives another value each time. */
function repeats({ name, value }: NamedExpression, project: Project): boolean {
  if (determinismOf(value) !== 'row') return false
  let uses = 0
  for (const column of project.columns) {
    walkExpression(column.value, (part) => {
      if (part.kind === 'column' && part.name === name) uses++
    })
  }
  return uses > 1
}
