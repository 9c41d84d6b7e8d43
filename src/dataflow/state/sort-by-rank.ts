/** Sorts row ids by numbers that lie beside them, so that most comparisons touch no row. */
import type { CompareRows } from './ranked-lists.ts'

/** Sorts `ids` in place by `ranks`, ids of the same rank by `compare`: merging runs that double in length. Returns the sorted ids. */
export function sortByRank(ids: Int32Array, ranks: Float64Array, compare: CompareRows): Int32Array {
  let fromIds = ids
  let fromRanks = ranks
  let toIds = new Int32Array(ids.length)
  let toRanks = new Float64Array(ids.length)
  for (let run = 1; run < ids.length; run *= 2) {
    for (let start = 0; start < ids.length; start += 2 * run) {
      mergeRuns(
        fromIds,
        fromRanks,
        toIds,
        toRanks,
        start,
        Math.min(start + run, ids.length),
        Math.min(start + 2 * run, ids.length),
        compare,
      )
    }
    ;[fromIds, toIds] = [toIds, fromIds as Int32Array<ArrayBuffer>]
    ;[fromRanks, toRanks] = [toRanks, fromRanks as Float64Array<ArrayBuffer>]
  }
  return fromIds
}

function mergeRuns(
  fromIds: Int32Array,
  fromRanks: Float64Array,
  toIds: Int32Array,
  toRanks: Float64Array,
  start: number,
  middle: number,
  end: number,
  compare: CompareRows,
): void {
  let left = start
  let right = middle
  for (let to = start; to < end; to++) {
    let takesLeft = right >= end
    if (!takesLeft && left < middle) {
      const leftRank = fromRanks[left] as number
      const rightRank = fromRanks[right] as number
      takesLeft = leftRank < rightRank || (leftRank === rightRank && compare(fromIds[left] as number, fromIds[right] as number) <= 0)
    }
    const taken = takesLeft ? left++ : right++
    toIds[to] = fromIds[taken] as number
    toRanks[to] = fromRanks[taken] as number
  }
}
