/**
 * Lists of runs with the one that began first at the head. Runs that began with the same row have no order of their own: as in Flink, it
 * comes from a binary heap in which later ones sink below earlier ones, and the first of them to be complete wins.
 */

/** The place of the row that each run began with, by run. */
type Starts = Float64Array

export function pushRun(queue: number[], run: number, starts: Starts): void {
  const start = starts[run] as number
  let at = queue.length
  while (at > 0) {
    const parent = (at - 1) >>> 1
    const other = queue[parent] as number
    if (start >= (starts[other] as number)) break
    queue[at] = other
    at = parent
  }
  queue[at] = run
}

/** Takes the head off. */
export function popRun(queue: number[], starts: Starts): void {
  const last = queue.pop()
  if (last !== undefined && queue.length > 0) sink(queue, 0, last, starts)
}

/** Puts a list in order after runs were taken out of it. */
export function orderRuns(queue: number[], starts: Starts): void {
  for (let at = (queue.length >>> 1) - 1; at >= 0; at--) sink(queue, at, queue[at] as number, starts)
}

function sink(queue: number[], from: number, run: number, starts: Starts): void {
  const start = starts[run] as number
  const half = queue.length >>> 1
  let at = from
  while (at < half) {
    let child = 2 * at + 1
    const right = child + 1
    if (right < queue.length && (starts[queue[child] as number] as number) > (starts[queue[right] as number] as number)) child = right
    const lesser = queue[child] as number
    if (start <= (starts[lesser] as number)) break
    queue[at] = lesser
    at = child
  }
  queue[at] = run
}
