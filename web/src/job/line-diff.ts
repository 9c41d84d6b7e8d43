/** Which lines of two texts are the same, by the algorithm of Myers, for showing them side by side. */

export interface DiffRow {
  readonly left: string | null
  readonly right: string | null
  readonly leftLine: number
  readonly rightLine: number
  readonly isSame: boolean
}

/** Texts that differ more than this are told as replaced as a whole: the search would take too long. */
const editsMax = 2000

export function diffLines(left: string, right: string): DiffRow[] {
  const a = left.split('\n')
  const b = right.split('\n')
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const pairs = [
    ...Array.from({ length: start }, (_, at): Pair => [at, at]),
    ...matchBetween(a.slice(start, a.length - end), b.slice(start, b.length - end)).map(([x, y]): Pair => [x + start, y + start]),
    ...Array.from({ length: end }, (_, at): Pair => [a.length - end + at, b.length - end + at]),
  ]
  return rowsOf(a, b, pairs)
}

type Pair = readonly [left: number, right: number]

/** Pairs of equal lines, as many as can be, in order. */
function matchBetween(a: readonly string[], b: readonly string[]): Pair[] {
  const most = Math.min(a.length + b.length, editsMax)
  let reach = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach)
    const next = new Map<number, number>()
    for (let k = -edits; k <= edits; k += 2) {
      let x = startOf(reach, k, edits)
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      next.set(k, x)
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length)
    }
    reach = next
  }
  return []
}

function startOf(reach: ReadonlyMap<number, number>, k: number, edits: number): number {
  const down = reach.get(k + 1) ?? -1
  const right = (reach.get(k - 1) ?? -2) + 1
  return k === -edits || (k !== edits && right <= down) ? down : right
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], aLength: number, bLength: number): Pair[] {
  const pairs: Pair[] = []
  let x = aLength
  let y = bLength
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits] ?? new Map<number, number>()
    const k = x - y
    const isDown = k === -edits || (k !== edits && (reach.get(k - 1) ?? -2) + 1 <= (reach.get(k + 1) ?? -1))
    const beforeK = isDown ? k + 1 : k - 1
    const beforeX = edits === 0 ? 0 : (reach.get(beforeK) ?? 0)
    const beforeY = edits === 0 ? 0 : beforeX - beforeK
    while (x > beforeX && y > beforeY && x > 0 && y > 0) pairs.push([--x, --y])
    x = beforeX
    y = beforeY
  }
  return pairs.toReversed()
}

/** Lines that have no equal stand side by side as far as they go. */
function rowsOf(a: readonly string[], b: readonly string[], pairs: readonly Pair[]): DiffRow[] {
  const rows: DiffRow[] = []
  let x = 0
  let y = 0
  for (const [nextX, nextY] of [...pairs, [a.length, b.length] as const]) {
    const height = Math.max(nextX - x, nextY - y)
    for (let at = 0; at < height; at++) {
      const left = x + at < nextX ? (a[x + at] ?? null) : null
      const right = y + at < nextY ? (b[y + at] ?? null) : null
      rows.push({ left, right, leftLine: x + at + 1, rightLine: y + at + 1, isSame: false })
    }
    if (nextX < a.length && nextY < b.length) {
      const text = a[nextX] ?? ''
      rows.push({ left: text, right: text, leftLine: nextX + 1, rightLine: nextY + 1, isSame: true })
    }
    x = nextX + 1
    y = nextY + 1
  }
  return rows
}
