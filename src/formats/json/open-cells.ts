/** Writers of columns whose vectors lie open, for generated code that writes their usual forms itself. */
import type { DataType, Vector } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { TextCell, ValueCell, type ValueWriter } from '../cell-writer.ts'
import { writeString } from './write-value.ts'

const noBytes = new Uint8Array(0)
const noPlaces = new Int32Array(0)

/** A column of text; `view` is null where its text is not in bytes. */
export class OpenText extends TextCell {
  data: Uint8Array = noBytes
  view: DataView | null = null
  starts: Int32Array = noPlaces
  ends: Int32Array = noPlaces
  nulls: Uint8Array | null = null

  constructor(out: ByteWriter) {
    super(writeString, out, () => new ByteWriter(256))
  }

  override begin(vector: Vector): void {
    super.begin(vector)
    this.nulls = vector.nulls
    if (vector.form !== 'bytes') {
      this.view = null
      return
    }
    const { data } = vector
    this.data = data
    this.view = new DataView(data.buffer, data.byteOffset, data.length)
    this.starts = vector.starts
    this.ends = vector.ends
  }
}

/** A column of numbers; `numbers` is null where they do not lie in an array of numbers. */
export class OpenNumbers extends ValueCell {
  numbers: Float64Array | Int32Array | null = null
  nulls: Uint8Array | null = null

  override begin(vector: Vector): void {
    super.begin(vector)
    this.nulls = vector.nulls
    this.numbers = vector.form === 'numbers' || vector.form === 'integers' ? vector.data : null
  }
}

/** Kinds of types whose values generated code writes. */
export function openKind(type: DataType): 'text' | 'integer' | 'double' | null {
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return 'text'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return 'integer'
    case 'double':
      return 'double'
    default:
      return null
  }
}

export function openCell(type: DataType, write: ValueWriter, out: ByteWriter): OpenText | OpenNumbers | null {
  const kind = openKind(type)
  if (kind === null) return null
  return kind === 'text' ? new OpenText(out) : new OpenNumbers(type, write, out)
}
