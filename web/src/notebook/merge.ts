/** Two notebooks that were made of the same one at a time, put together, cell by cell. */
import { type Cell, cellKey, isSameSpec, type NotebookSpec, newId } from './notebook-spec.ts'

export interface Merged {
  readonly spec: NotebookSpec
  /** How many cells both have changed: both stand in the notebook, theirs first. */
  readonly doubled: number
}

/** Nothing of either is lost, but for cells that one has removed and the other left alone; of title and folder, mine win. */
export function mergeSpecs(base: NotebookSpec, mine: NotebookSpec, theirs: NotebookSpec): Merged {
  const inBase = byId(base)
  const inMine = byId(mine)
  const inTheirs = byId(theirs)
  let doubled = 0
  const settle = (id: string): Cell[] => {
    const [was, own, other] = [inBase.get(id), inMine.get(id), inTheirs.get(id)]
    if (own === undefined || other === undefined) {
      const left = own ?? other
      if (left === undefined) return []
      return was !== undefined && isSame(was, left) ? [] : [left]
    }
    if (isSame(own, other) || (was !== undefined && isSame(was, own))) return [other]
    if (was !== undefined && isSame(was, other)) return [own]
    doubled += 1
    return [other, { ...own, id: newId() }]
  }
  const order = orderOf(base, mine, theirs)
  const cells = order.flatMap(settle)
  const pick = <K extends 'title' | 'folder' | 'tags' | 'variables'>(key: K): NotebookSpec[K] =>
    JSON.stringify(mine[key]) === JSON.stringify(base[key]) ? theirs[key] : mine[key]
  const variables = { ...theirs.variables, ...pick('variables') }
  return { spec: { title: pick('title'), folder: pick('folder'), tags: pick('tags'), variables, cells }, doubled }
}

/** Whether one of the two has nothing that the other lacks, so that nobody has to choose. */
export function isTriviallyMerged(base: NotebookSpec, mine: NotebookSpec, theirs: NotebookSpec): boolean {
  return isSameSpec(base, mine) || isSameSpec(mine, theirs)
}

function byId({ cells }: NotebookSpec): Map<string, Cell> {
  return new Map(cells.map((cell) => [cell.id, cell]))
}

function isSame(a: Cell, b: Cell): boolean {
  return cellKey(a) === cellKey(b)
}

/** The order of whoever has changed it, mine if both have; cells of the other stand behind the one that is before them there. */
function orderOf(base: NotebookSpec, mine: NotebookSpec, theirs: NotebookSpec): string[] {
  const ids = ({ cells }: NotebookSpec): string[] => cells.map(({ id }) => id)
  const both = new Set(ids(mine).filter((id) => ids(theirs).includes(id)))
  const shared = (spec: NotebookSpec): string => JSON.stringify(ids(spec).filter((id) => both.has(id)))
  const isMineMoved = shared(mine) !== shared(base)
  const [first, second] = isMineMoved ? [ids(mine), ids(theirs)] : [ids(theirs), ids(mine)]
  const order = [...first]
  for (const [at, id] of second.entries()) {
    if (order.includes(id)) continue
    const before = second[at - 1]
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id)
  }
  return order
}
