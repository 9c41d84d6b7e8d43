/**
 * Who sends rows again that did not change. Where idle state is dropped, an aggregate sends its result with each row that comes, so that
 * who follows keeps its state for as long. DISTINCT, and groups without measures, only insert rows otherwise: they do so where somebody
 * follows who keeps state, and nobody who takes inserts alone.
 */
import {
  type Aggregate,
  columnOf,
  type Distinct,
  inputsOf,
  isRegularJoin,
  type Output,
  type Plan,
  type Relation,
  readersFirst,
  rootsOf,
  type Sort,
  type Top,
} from '#plan'

/** What becomes of the rows of a relation. */
export interface Use {
  /** Updates can be taken where there were inserts only. */
  readonly takesUpdates: boolean
  /** Somebody keeps state for a time. */
  readonly keepsState: boolean
}

/** `stateTtlMs` is how long the run keeps idle state, 0 for good. */
export function repeatingRelations(plan: Plan, stateTtlMs: number, useBySink: (output: Output) => Use): ReadonlySet<Relation> {
  const uses = new Map<Relation, Use>()
  const add = (relation: Relation, use: Use): void => {
    const known = uses.get(relation) ?? { takesUpdates: true, keepsState: false }
    uses.set(relation, { takesUpdates: known.takesUpdates && use.takesUpdates, keepsState: known.keepsState || use.keepsState })
  }
  for (const output of plan.outputs) add(output.input, useBySink(output))
  const repeating = new Set<Relation>()
  for (const relation of readersFirst(rootsOf(plan))) {
    const own = uses.get(relation) ?? { takesUpdates: false, keepsState: false }
    const isDropped = stateTtlOf(relation, stateTtlMs) > 0
    if (onlyInserts(relation) && isDropped && own.takesUpdates && own.keepsState) repeating.add(relation)
    for (const input of inputsOf(relation)) add(input, useBy(relation, own, isDropped))
  }
  return repeating
}

/** The longest time for which a relation keeps idle state; 0 for good. */
function stateTtlOf(relation: Relation, otherwise: number): number {
  if (relation.kind === 'join') return Math.max(relation.stateTtlMs?.left ?? otherwise, relation.stateTtlMs?.right ?? otherwise)
  return relation.kind === 'aggregate' || relation.kind === 'distinct' ? (relation.stateTtlMs ?? otherwise) : otherwise
}

function onlyInserts(relation: Relation): relation is Distinct | Aggregate {
  return relation.kind === 'distinct' || (relation.kind === 'aggregate' && relation.window === null && relation.measures.length === 0)
}

/** What a relation does with the rows of its input, given what becomes of its own. */
function useBy(relation: Relation, own: Use, expires: boolean): Use {
  const refused: Use = { takesUpdates: false, keepsState: false }
  const kept = (sendsUpdatesAnyway: boolean): Use => ({ takesUpdates: sendsUpdatesAnyway || own.takesUpdates, keepsState: expires })
  switch (relation.kind) {
    case 'project':
    case 'filter':
    case 'unnest':
    case 'union':
      return own
    case 'distinct':
      return kept(false)
    case 'aggregate':
      return relation.window === null ? kept(relation.measures.length > 0) : refused
    case 'join':
      return isRegularJoin(relation) ? kept(relation.type !== 'inner' && relation.type !== 'semi') : refused
    case 'top':
      return isOfWindow(relation) ? refused : kept(!isFirstByArrival(relation))
    case 'sort':
      return isCut(relation) ? kept(relation.orderBy.length > 0) : refused
    default:
      return refused
  }
}

function isOfWindow({ input, partitionBy }: Top): boolean {
  return partitionBy.some((name) => columnOf(input, name).role === 'window-end')
}

function isFirstByArrival({ input, orderBy: [key], to }: Top): boolean {
  return to === 1 && key !== undefined && columnOf(input, key.column).role === 'processing-time'
}

function isCut({ limit }: Sort): boolean {
  return limit !== null
}
