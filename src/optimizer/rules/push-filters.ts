/**
 * Moves conditions towards the sources: through projections, windows, unions and collections, to the sides of joins that they speak of,
 * and into scans, whose readers may use them to skip rows. Below an aggregate, DISTINCT, OVER, Top-N or pattern go the conditions that
 * take or leave whole groups or partitions, since the others would change what is left of one.
 *
 * Right because each row that goes was to go anyway: a change and its retraction pass or fail alike, and a condition reads no column
 * that is padded with NULL above. Conditions that give another value each time stay, and those on watermarks too: rows that are left
 * out still move time on. A relation that several others read is left as it is.
 */
import {
  type Aggregate,
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  determinismOf,
  type Expression,
  type Filter,
  inputsOf,
  type Join,
  mapExpression,
  mapPlan,
  type Plan,
  type Project,
  printExpression,
  type Relation,
  rootsOf,
  type Scan,
  type Sort,
  schemaOf,
  sharedRelations,
  sizeOf,
  type Union,
  type Window,
  withInputs,
} from '#plan'
import { sidesOf } from '../join-sides.ts'
import { holdsAlways } from '../literals.ts'
import { substituted, valuesOf } from '../substitute.ts'

export function pushFilters(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  /** Rewritten relations that stand for shared ones. */
  const kept = new Set<Relation>()
  return mapPlan(plan, (relation, original) => {
    const pushed = pushedFrom(relation, kept)
    if (shared.has(original)) kept.add(pushed)
    return pushed
  })
}

function pushedFrom(relation: Relation, kept: ReadonlySet<Relation>): Relation {
  if (relation.kind === 'filter') return pushInto(relation.input, conjunctsOf(relation.condition), kept)
  return relation.kind === 'join' ? pushIntoJoin(relation, [], kept) : relation
}

type Conjuncts = readonly Expression[]

/** The relation with only the rows for which all conjuncts hold. */
function pushInto(relation: Relation, all: Conjuncts, kept: ReadonlySet<Relation>): Relation {
  const conjuncts = all.filter((conjunct) => !holdsAlways(conjunct))
  if (conjuncts.length === 0) return relation
  if (kept.has(relation)) return filterAbove(relation, conjuncts)
  switch (relation.kind) {
    case 'filter':
      return pushInto(relation.input, [...conjunctsOf(relation.condition), ...conjuncts], kept)
    case 'project':
      return pushThroughProject(relation, conjuncts, kept)
    case 'join':
      return pushIntoJoin(relation, conjuncts, kept)
    case 'union':
      return pushIntoUnion(relation, conjuncts, kept)
    case 'scan':
      return filterAbove(withConditions(relation, conjuncts), conjuncts)
    default:
      return pushThrough(relation, conjuncts, wholeIn(relation), kept)
  }
}

/** The columns that are the same in all rows of what the relation computes together. */
function wholeIn(relation: Relation): ReadonlySet<string> {
  switch (relation.kind) {
    case 'unnest':
      return namesOf(relation.input)
    case 'window':
      return wholeInWindow(relation)
    case 'aggregate':
      return wholeInAggregate(relation)
    case 'over':
    case 'top':
    case 'match':
      return new Set(relation.partitionBy)
    case 'distinct':
      return namesOf(relation)
    case 'sort':
      return wholeInSort(relation)
    default:
      return new Set()
  }
}

function wholeInWindow({ shape, input }: Window): ReadonlySet<string> {
  return shape.kind === 'session' ? new Set(shape.partitionBy) : namesOf(input)
}

/**
 * Without keys an aggregate answers even where no row is left; with grouping sets a key may be NULL that is not in the rows. Conditions on
 * the bounds of a window stay above: rows below need not carry their bounds then.
 */
function wholeInAggregate({ keys, groupingSets, window }: Aggregate): ReadonlySet<string> {
  const isBound = (key: string): boolean => key === window?.start || key === window?.end
  return new Set(keys.filter((key) => !isBound(key) && (groupingSets?.sets.every((set) => set.includes(key)) ?? true)))
}

function wholeInSort({ input, limit, offset }: Sort): ReadonlySet<string> {
  return limit === null && offset === 0 ? namesOf(input) : new Set()
}

function filterAbove(input: Relation, conjuncts: Conjuncts): Relation {
  const condition = conjunctionOf(conjuncts)
  return condition === null ? input : ({ kind: 'filter', input, condition } satisfies Filter)
}

function withConditions(scan: Scan, conjuncts: Conjuncts): Scan {
  const known = new Set(scan.conditions.map((condition) => printExpression(condition)))
  const added = conjuncts.filter((conjunct) => isRepeatable(conjunct) && !known.has(printExpression(conjunct)))
  return added.length === 0 ? scan : { ...scan, conditions: [...scan.conditions, ...added] }
}

function pushThroughProject(project: Project, conjuncts: Conjuncts, kept: ReadonlySet<Relation>): Relation {
  if (!project.columns.every((column) => isRepeatable(column.value))) return filterAbove(project, conjuncts)
  const values = valuesOf(project.columns)
  const moved: Expression[] = []
  const stopped: Expression[] = []
  for (const conjunct of conjuncts) {
    const below = substituted(conjunct, values)
    if (outgrows(conjunct, below)) stopped.push(conjunct)
    else moved.push(below)
  }
  return filterAbove({ ...project, input: pushInto(project.input, moved, kept) }, stopped)
}

const levelsMax = 20
const partsMax = 500
const partsGrownMax = 100

/** Whether a condition gets too large below a projection: on its way down it takes up what each projection computes. */
function outgrows(conjunct: Expression, below: Expression): boolean {
  const before = sizeOf(conjunct)
  const { parts, levels } = sizeOf(below)
  return (levels > levelsMax && levels > before.levels) || (parts > partsMax && parts - before.parts > partsGrownMax)
}

/** Conjuncts over the named columns go below; the others stay above. */
function pushThrough(relation: Relation, conjuncts: Conjuncts, names: ReadonlySet<string>, kept: ReadonlySet<Relation>): Relation {
  const inside: Expression[] = []
  const outside: Expression[] = []
  for (const conjunct of conjuncts) {
    const used = [...columnsIn(conjunct)]
    const moves = used.length > 0 && isRepeatable(conjunct) && used.every((name) => names.has(name))
    if (moves) inside.push(conjunct)
    else outside.push(conjunct)
  }
  const [input] = inputsOf(relation)
  return filterAbove(input === undefined ? relation : withInputs(relation, [pushInto(input, inside, kept)]), outside)
}

/** Conditions of a join itself go to its sides too, where the join only tests with that side. */
function pushIntoJoin(join: Join, conjuncts: Conjuncts, kept: ReadonlySet<Relation>): Relation {
  const { joined, left, right, outside } = sidesOf(join, conjuncts)
  if (joined === join && left.length === 0 && right.length === 0) return filterAbove(join, outside)
  const sides = [pushInto(joined.left, left, kept), pushInto(joined.right, right, kept)]
  return filterAbove(withInputs(joined, sides), outside)
}

function namesOf(relation: Relation): ReadonlySet<string> {
  return new Set(schemaOf(relation).map((column) => column.name))
}

function pushIntoUnion(union: Union, conjuncts: Conjuncts, kept: ReadonlySet<Relation>): Relation {
  const moving = conjuncts.filter(isRepeatable)
  const names = schemaOf(union).map((column) => column.name)
  const inputs = union.inputs.map((input) => {
    const own = new Map(schemaOf(input).map((column, index) => [names[index], column]))
    const moved = moving.map((conjunct) =>
      mapExpression(conjunct, (part) => {
        const column = part.kind === 'column' ? own.get(part.name) : undefined
        return column === undefined ? part : { kind: 'column', name: column.name, type: column.type }
      }),
    )
    return pushInto(input, moved, kept)
  })
  return filterAbove(
    { ...union, inputs },
    conjuncts.filter((conjunct) => !isRepeatable(conjunct)),
  )
}

/** Whether an expression gives the same value when it is computed at another place or once more. */
function isRepeatable(expression: Expression): boolean {
  return determinismOf(expression) !== 'row'
}
