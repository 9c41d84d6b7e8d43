/** Metadata of messages as columns: Flink's keys and types. */
import {
  bigintType,
  bytesType,
  type DataType,
  integerType,
  numberVector,
  type Schema,
  stringType,
  timestampLtzType,
  type Vector,
  vectorOf,
  withNullable,
} from '#data'
import type { MessageOrigin } from '../message-reader.ts'
import { RecordBytes, type RecordColumns } from './record-batch-decoder.ts'

const required = (type: DataType): DataType => withNullable(type, false)

export const kafkaMetadata: Schema = [
  { name: 'topic', type: required(stringType) },
  { name: 'partition', type: required(integerType) },
  { name: 'headers', type: { kind: 'map', key: required(stringType), value: required(bytesType), nullable: false } },
  { name: 'leader-epoch', type: integerType },
  { name: 'offset', type: required(bigintType) },
  { name: 'timestamp', type: required(timestampLtzType) },
  { name: 'timestamp-type', type: required(stringType) },
]

const timestampTypes = ['NoTimestampType', 'CreateTime', 'LogAppendTime']

/** Where the messages of one partition come from. */
export class RecordOrigin implements MessageOrigin {
  readonly #columns: RecordColumns
  topic = ''
  partition = 0

  constructor(columns: RecordColumns) {
    this.#columns = columns
  }

  column(key: string, type: DataType, places: Int32Array, length: number): Vector {
    const { offsets, timestamps, timestampTypes: types, leaderEpochs } = this.#columns
    const number = (values: ArrayLike<number>): Vector => numberVector(type, length, (row) => values[places[row] as number] as number)
    switch (key) {
      case 'topic':
        return { form: 'dictionary', codes: new Int32Array(length), words: [this.topic], nulls: null }
      case 'partition':
        return { form: 'integers', data: new Int32Array(length).fill(this.partition), nulls: null }
      case 'headers':
        return { form: 'values', data: Array.from({ length }, (_, row) => this.#headersAt(places[row] as number)), nulls: null }
      case 'leader-epoch':
        return vectorOf(
          type,
          Array.from({ length }, (_, row) => knownEpoch(leaderEpochs[places[row] as number])),
        )
      case 'offset':
        return number(offsets)
      case 'timestamp':
        return number(timestamps)
      default: {
        const codes = new Int32Array(length)
        for (let row = 0; row < length; row++) codes[row] = types[places[row] as number] as number
        return { form: 'dictionary', codes, words: timestampTypes, nulls: null }
      }
    }
  }

  /** Where a key comes more than once, its last value counts, as in Flink. */
  #headersAt(place: number): ReadonlyMap<string, Uint8Array> {
    const bytes = this.#columns.bytes[place] as Uint8Array
    const input = new RecordBytes()
    input.begin(bytes, this.#columns.headerStarts[place] as number)
    const headers = new Map<string, Uint8Array>()
    const part = (): Uint8Array => {
      const length = Math.max(0, input.signed())
      input.at += length
      return bytes.slice(input.at - length, input.at)
    }
    for (let left = input.signed(); left > 0 && input.at < bytes.length; left--) {
      const key = Buffer.from(part()).toString('utf8')
      headers.set(key, part())
    }
    return headers
  }

  position(place: number): string {
    return JSON.stringify({ topic: this.topic, partition: this.partition, offset: this.#columns.offsets[place] })
  }
}

function knownEpoch(epoch: number | undefined): number | null {
  return epoch === undefined || epoch < 0 ? null : epoch
}
