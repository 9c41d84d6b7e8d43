/**
 * Moves conditions towards the sources: through projections, windows, unions and group keys, to the sides of joins that they speak
 * of, and into scans, whose readers may use them to skip rows. A relation that several others read is left as it is.
 */
import {
  type Aggregate,
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  determinismOf,
  type Expression,
  type Filter,
  type Join,
  mapExpression,
  mapPlan,
  type Plan,
  type Project,
  printExpression,
  type Relation,
  rootsOf,
  type Scan,
  schemaOf,
  sharedRelations,
  sizeOf,
  type Union,
  type Window,
} from '#plan'

export function pushFilters(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  /** Rewritten relations that stand for shared ones. */
  const kept = new Set<Relation>()
  return mapPlan(plan, (relation, original) => {
    const pushed = relation.kind === 'filter' ? pushInto(relation.input, conjunctsOf(relation.condition), kept) : relation
    if (shared.has(original)) kept.add(pushed)
    return pushed
  })
}

type Conjuncts = readonly Expression[]

/** The relation with only the rows for which all conjuncts hold. */
function pushInto(relation: Relation, conjuncts: Conjuncts, kept: ReadonlySet<Relation>): Relation {
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
    case 'aggregate':
      return pushThrough(relation, conjuncts, keyNames(relation), kept)
    case 'window':
      return relation.shape.kind === 'session'
        ? filterAbove(relation, conjuncts)
        : pushThrough(relation, conjuncts, namesOf(relation.input), kept)
    case 'scan':
      return filterAbove(withConditions(relation, conjuncts), conjuncts)
    default:
      return filterAbove(relation, conjuncts)
  }
}

function filterAbove(input: Relation, conjuncts: Conjuncts): Relation {
  const condition = conjunctionOf(conjuncts)
  return condition === null ? input : ({ kind: 'filter', input, condition } satisfies Filter)
}

function withConditions(scan: Scan, conjuncts: Conjuncts): Scan {
  const known = new Set(scan.conditions.map((condition) => printExpression(condition)))
  const added = conjuncts.filter((conjunct) => isRepeatable(conjunct) && !known.has(printExpression(conjunct)))
  return { ...scan, conditions: [...scan.conditions, ...added] }
}

function pushThroughProject(project: Project, conjuncts: Conjuncts, kept: ReadonlySet<Relation>): Relation {
  if (!project.columns.every((column) => isRepeatable(column.value))) return filterAbove(project, conjuncts)
  const values = new Map(project.columns.map((column) => [column.name, column.value]))
  const moved: Expression[] = []
  const stopped: Expression[] = []
  for (const conjunct of conjuncts) {
    const below = mapExpression(conjunct, (part) => (part.kind === 'column' ? (values.get(part.name) ?? part) : part))
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
function pushThrough(
  relation: Aggregate | Window,
  conjuncts: Conjuncts,
  names: ReadonlySet<string>,
  kept: ReadonlySet<Relation>,
): Relation {
  const { inside, outside } = divide(conjuncts, names)
  return filterAbove({ ...relation, input: pushInto(relation.input, inside, kept) }, outside)
}

/** Without keys an aggregate answers even where no row is left; with grouping sets a key may be NULL that is not in the rows. */
function keyNames(aggregate: Aggregate): ReadonlySet<string> {
  return aggregate.groupingSets === null ? new Set(aggregate.keys) : new Set()
}

/** A side whose rows may be missing from the result keeps its conditions above the join. */
function pushIntoJoin(join: Join, conjuncts: Conjuncts, kept: ReadonlySet<Relation>): Relation {
  const leftMoves = join.type === 'inner' || join.type === 'left' || join.type === 'semi' || join.type === 'anti'
  const rightMoves = (join.type === 'inner' || join.type === 'right') && join.asOf === null
  const left = divide(conjuncts, leftMoves ? namesOf(join.left) : new Set())
  const right = divide(left.outside, rightMoves ? namesOf(join.right) : new Set())
  return filterAbove(
    { ...join, left: pushInto(join.left, left.inside, kept), right: pushInto(join.right, right.inside, kept) },
    right.outside,
  )
}

function namesOf(relation: Relation): ReadonlySet<string> {
  return new Set(schemaOf(relation).map((column) => column.name))
}

function pushIntoUnion(union: Union, conjuncts: Conjuncts, kept: ReadonlySet<Relation>): Relation {
  const names = schemaOf(union).map((column) => column.name)
  const inputs = union.inputs.map((input) => {
    const own = new Map(schemaOf(input).map((column, index) => [names[index], column]))
    const moved = conjuncts.map((conjunct) =>
      mapExpression(conjunct, (part) => {
        const column = part.kind === 'column' ? own.get(part.name) : undefined
        return column === undefined ? part : { kind: 'column', name: column.name, type: column.type }
      }),
    )
    return pushInto(input, moved, kept)
  })
  return { ...union, inputs }
}

function divide(conjuncts: Conjuncts, names: ReadonlySet<string>): { readonly inside: Expression[]; readonly outside: Expression[] } {
  const inside: Expression[] = []
  const outside: Expression[] = []
  for (const conjunct of conjuncts) {
    const used = [...columnsIn(conjunct)]
    const moves = used.length > 0 && isRepeatable(conjunct) && used.every((name) => names.has(name))
    if (moves) inside.push(conjunct)
    else outside.push(conjunct)
  }
  return { inside, outside }
}

/** Whether an expression gives the same value when it is computed at another place or once more. */
function isRepeatable(expression: Expression): boolean {
  return determinismOf(expression) !== 'row'
}
