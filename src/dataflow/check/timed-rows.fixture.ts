/** Rows with watermarks for property tests: the same stream, cut into batches in many ways. */
import type { Random } from './random-changes.fixture.ts'
import type { Step } from './run-operator.fixture.ts'

/** The watermark before each row: the greatest time of the rows before it, less a delay. */
export function watermarksOf(rows: readonly (readonly unknown[])[], time: number, delayMs: number): number[] {
  let greatest = Number.NEGATIVE_INFINITY
  return rows.map((row) => {
    const before = greatest - delayMs
    greatest = Math.max(greatest, Number(row[time] ?? Number.NEGATIVE_INFINITY))
    return before
  })
}

/** Cuts rows, each with the watermark before it, into batches of random lengths: each is followed by the watermark before the next row. */
export function cutWithWatermarks(
  random: Random,
  rows: readonly (readonly unknown[])[],
  watermarks: readonly number[],
  input = 0,
): Step[][] {
  const pieces: Step[][] = []
  const longest = 1 + random.below(12)
  for (let at = 0; at < rows.length; ) {
    const to = Math.min(rows.length, at + 1 + random.below(longest))
    const own = watermarks.slice(at, to)
    const next = watermarks[to] ?? watermarks[to - 1]
    const isConstant = own.every((each) => each === own[0])
    const batch: Step = { input, rows: rows.slice(at, to), ...(isConstant ? {} : { watermarks: own }) }
    pieces.push(next === undefined || !Number.isFinite(next) ? [batch] : [batch, { input, watermarkMs: next }])
    at = to
  }
  return pieces
}

/** Mixes the pieces of several inputs, those of each input in their order. */
export function mixPieces(random: Random, inputs: readonly (readonly Step[][])[]): Step[] {
  const rest = inputs.map((pieces) => [...pieces])
  const mixed: Step[] = []
  while (rest.some((pieces) => pieces.length > 0)) mixed.push(...(random.pick(rest.filter((pieces) => pieces.length > 0)).shift() ?? []))
  return mixed
}
