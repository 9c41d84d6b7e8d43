/** Collects what an operator sends, as a changelog. */
import { type Batch, changeDelete, changeInsert, changeNames, changeUpdateBefore, rowAt, type Schema } from '#data'
import type { Output } from '../operator.ts'
import { printValues } from './print-rows.fixture.ts'

export interface Change {
  /** +I, −U, +U or −D by number: see data/batch.ts. */
  readonly kind: number
  readonly row: readonly unknown[]
  /** The watermark in force before the row. */
  readonly watermarkMs: number
}

export class Changelog implements Output {
  readonly #schema: Schema
  readonly changes: Change[] = []
  readonly watermarks: number[] = []
  /** Changes, watermarks and the end in the order they came: `+I[1, "a"]`, `watermark 5`, `end`. */
  readonly lines: string[] = []
  isFinished = false
  batches = 0

  constructor(schema: Schema) {
    this.#schema = schema
  }

  push(batch: Batch): void {
    this.batches += 1
    for (let i = 0; i < batch.length; i++) {
      const kind = batch.kinds === null ? changeInsert : (batch.kinds[i] as number)
      const row = rowAt(batch, this.#schema, i)
      const watermarkMs = batch.watermarks?.[i] ?? this.watermarks.at(-1) ?? Number.NEGATIVE_INFINITY
      this.changes.push({ kind, row, watermarkMs })
      this.lines.push(`${changeNames[kind as 0 | 1 | 2 | 3]}${printValues(row)}`)
    }
  }

  advance(watermarkMs: number): void {
    this.watermarks.push(watermarkMs)
    this.lines.push(`watermark ${watermarkMs}`)
  }

  finish(): void {
    this.isFinished = true
    this.lines.push('end')
  }

  /** The rows that are left, as sorted texts. */
  table(): string[] {
    return tableOf(this.changes)
  }
}

/** The rows that a changelog leaves, as sorted texts. */
export function tableOf(changes: readonly Pick<Change, 'kind' | 'row'>[]): string[] {
  const weights = new Map<string, number>()
  for (const { kind, row } of changes) {
    const text = printValues(row)
    const by = kind === changeUpdateBefore || kind === changeDelete ? -1 : 1
    weights.set(text, (weights.get(text) ?? 0) + by)
  }
  return [...weights].flatMap(([text, weight]) => Array.from({ length: Math.max(0, weight) }, () => text)).toSorted()
}
