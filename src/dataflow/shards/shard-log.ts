/** What has come to an operator for one shard of its keys while the shard was out of memory, in order. */
import { type Batch, batchRows, EncodedReader, readVector, sliceVector, type Vector, writeVectors } from '#data'
import type { Operator } from '../operator.ts'
import type { Progress } from './progress.ts'
import { sameForms } from './same-forms.ts'
import { Extent, type SpillSpace } from './spill-space.ts'

const entryKinds = { rows: 0, advance: 1, finish: 2 } as const

/** Rows that nobody fills again, of several shards. */
export interface KeptRows extends Pick<Batch, 'columns' | 'kinds' | 'watermarks'> {
  readonly input: number
  /** How far the inputs had come before them. */
  readonly progress: Progress
  /** Whether no others may come in the same batch. */
  readonly isCut: boolean
}

/** Those of one shard: from one place to before another. */
interface WaitingRows {
  readonly kept: KeptRows
  readonly from: number
  readonly to: number
}

export class ShardLog {
  readonly #extent: Extent
  readonly #space: SpillSpace
  /** Not written yet: the rows of a shard are few in each batch, and are written and read as larger ones. */
  #waiting: WaitingRows[] = []
  /** What of the inputs' progress is in the log. */
  #noted: Progress

  /** `at`: how far the inputs have come. */
  constructor(space: SpillSpace, at: Progress) {
    this.#space = space
    this.#extent = new Extent(space)
    this.#noted = at.copy()
  }

  /** Bytes that are written. */
  get bytes(): number {
    return this.#extent.length
  }

  get isEmpty(): boolean {
    return this.#extent.length === 0 && this.#waiting.length === 0
  }

  /** Begins anew where an operator stands. */
  begin(at: Progress): void {
    this.#noted = at.copy()
  }

  add(kept: KeptRows, from: number, to: number): void {
    this.#waiting.push({ kept, from, to })
  }

  /** Writes what waits. */
  flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let from = 0, to = 0; from < waiting.length; from = to) {
      const first = waiting[from] as WaitingRows
      let rows = first.to - first.from
      for (to = from + 1; to < waiting.length; to++) {
        const next = waiting[to] as WaitingRows
        rows += next.to - next.from
        if (rows > batchRows || !isOne(first.kept, next.kept)) break
      }
      this.#write(waiting.slice(from, to))
    }
  }

  /** Writes rows as one batch. */
  #write(rows: readonly WaitingRows[]): void {
    const [first] = rows
    if (first === undefined) return
    const { input, columns, kinds, progress } = first.kept
    const { writer } = this.#space
    writer.clear()
    progress.tell(this.#noted, {
      advance: (each, watermarkMs) => {
        writer.byte(entryKinds.advance)
        writer.byte(each)
        writer.number(watermarkMs)
      },
      finish: (each) => {
        writer.byte(entryKinds.finish)
        writer.byte(each)
      },
    })
    const write = (vectorOf: (rows: WaitingRows) => Vector): void =>
      writeVectors(
        writer,
        rows.map((each) => ({ vector: vectorOf(each), length: each.to - each.from })),
      )
    writer.byte(entryKinds.rows)
    writer.byte(input)
    writer.count(rows.reduce((count, { from, to }) => count + to - from, 0))
    writer.count(columns.length)
    for (let place = 0; place < columns.length; place++) write(({ kept, from, to }) => sliceVector(kept.columns[place] as Vector, from, to))
    writer.byte(kinds === null ? 0 : 1)
    if (kinds !== null) write(kindsOf)
    const hasWatermarks = rows.some(({ kept }) => kept.watermarks !== null || kept.progress.isBeyond(progress))
    writer.byte(hasWatermarks ? 1 : 0)
    if (hasWatermarks) write(watermarksOf)
    this.#extent.append(writer.bytes)
  }

  /** Lets an operator have all that is in the log, which is empty then. */
  replay(operator: Operator): void {
    this.flush()
    const reader = new EncodedReader(this.#extent.read(0, new Uint8Array(this.#extent.length)))
    this.#extent.clear()
    while (!reader.isAtEnd) {
      const kind = reader.byte()
      const input = reader.byte()
      if (kind === entryKinds.advance) operator.advance(input, reader.number())
      else if (kind === entryKinds.finish) operator.finish(input)
      else operator.push(input, readRows(reader))
    }
  }
}

/** Whether rows can follow others in one batch: a watermark that came between them is told row by row. */
function isOne(a: KeptRows, b: KeptRows): boolean {
  return (
    !a.isCut &&
    a.input === b.input &&
    (a.kinds === null) === (b.kinds === null) &&
    sameForms(a.columns, b.columns) &&
    !b.progress.isBeyond(a.progress, a.input)
  )
}

function kindsOf({ kept, from, to }: WaitingRows): Vector {
  return { form: 'flags', data: kept.kinds?.subarray(from, to) ?? new Uint8Array(to - from), nulls: null }
}

/** By row the watermark before it. */
function watermarksOf({ kept, from, to }: WaitingRows): Vector {
  const { watermarks, progress, input } = kept
  const data = watermarks?.subarray(from, to) ?? new Float64Array(to - from).fill(progress.watermarkMs(input))
  return { form: 'numbers', data, nulls: null }
}

function readRows(reader: EncodedReader): Batch {
  const length = reader.count()
  const columns = Array.from({ length: reader.count() }, () => readVector(reader, length))
  const kinds = reader.byte() === 1 ? readVector(reader, length) : null
  const watermarks = reader.byte() === 1 ? readVector(reader, length) : null
  return {
    length,
    columns,
    kinds: kinds?.form === 'flags' ? kinds.data : null,
    watermarks: watermarks?.form === 'numbers' ? watermarks.data : null,
  }
}
