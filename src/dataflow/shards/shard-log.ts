/** What has come to an operator for one shard of its keys while the shard was out of memory, in order. */
import { type Batch, EncodedReader, readVector, selectRows, writeVector } from '#data'
import type { Operator } from '../operator.ts'
import type { Progress } from './progress.ts'
import { Extent, type SpillSpace } from './spill-space.ts'

const entryKinds = { rows: 0, advance: 1, finish: 2 } as const

export class ShardLog {
  readonly #extent: Extent
  readonly #space: SpillSpace
  /** What of the inputs' progress is in the log. */
  #noted: Progress

  /** `at`: how far the inputs have come. */
  constructor(space: SpillSpace, at: Progress) {
    this.#space = space
    this.#extent = new Extent(space)
    this.#noted = at.copy()
  }

  get bytes(): number {
    return this.#extent.length
  }

  /** Begins anew where an operator stands. */
  begin(at: Progress): void {
    this.#noted = at.copy()
  }

  /** Adds the rows at the first `count` places of `selection`; `progress` is how far the inputs had come before them. */
  add(input: number, batch: Batch, selection: Int32Array, count: number, progress: Progress): void {
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
    writer.byte(entryKinds.rows)
    writer.byte(input)
    writer.count(count)
    writer.count(batch.columns.length)
    for (const vector of batch.columns) writeVector(writer, selectRows(vector, selection, count), count)
    const { kinds, watermarks } = batch
    writer.byte(kinds === null ? 0 : 1)
    if (kinds !== null) writeVector(writer, selectRows({ form: 'flags', data: kinds, nulls: null }, selection, count), count)
    writer.byte(watermarks === null ? 0 : 1)
    if (watermarks !== null) writeVector(writer, selectRows({ form: 'numbers', data: watermarks, nulls: null }, selection, count), count)
    this.#extent.append(writer.bytes)
  }

  /** Lets an operator have all that is in the log, which is empty then. */
  replay(operator: Operator): void {
    const reader = new EncodedReader(this.#extent.read(0, this.#extent.length))
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
