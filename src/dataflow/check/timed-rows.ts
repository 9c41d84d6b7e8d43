/** Rows with watermarks for property tests: the same stream, cut into batches in many ways. */
import type { Random } from './random-changes.ts'
import type { Step } from './run-operator.ts'

/** The watermark before each row: the greatest time of the rows before it, less a delay. */
export function watermarksOf(rows: readonly (readonly unknown[])[], time: number, delayMs: number): number[] {
  let greatest = Number.NEGATIVE_INFINITY
  return rows.map((row) => {
    const before = greatest - delayMs
    greatest = Math.max(greatest, Number(row[time] ?? Number.NEGATIVE_INFINITY))
    return before
  })
}

/** Cuts rows, each with the watermark before it, into batches of random lengths; a batch may also announce its watermark only. */
export function cutWithWatermarks(random: Random, rows: readonly (readonly unknown[])[], watermarks: readonly number[], input = 0): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < rows.length; ) {
    const longest = 1 + random.below(9)
    const watermarkMs = watermarks[at] ?? 0
    let to = at + 1
    while (to < rows.length && to < at + longest) to++
    if (Number.isFinite(watermarkMs)) steps.push({ input, watermarkMs })
    const same = watermarks.slice(at, to).every((each) => each === watermarkMs)
    steps.push({ input, rows: rows.slice(at, to), ...(same ? {} : { watermarks: watermarks.slice(at, to) }) })
    at = to
  }
  return steps
}
