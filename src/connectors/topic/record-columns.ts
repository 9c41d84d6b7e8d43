/** Metadata columns of records: what can be read of them, and what can be written. */
import {
  columnIndex,
  type DataType,
  printType,
  type Schema,
  stringType,
  timestampLtzType,
  timestampMs,
  type Vector,
  valueAt,
  vectorOf,
  withNullable,
} from '#data'
import { decodeHeaders, encodeHeaders, type RecordBatch } from '#topics'
import type { ConnectorTable } from '../connector.ts'
import { topicTableErrors } from './errors.ts'

const headersType: DataType = {
  kind: 'map',
  key: withNullable(stringType, false),
  value: { kind: 'varbinary', length: 2147483647, nullable: true },
  nullable: false,
}

/** By Flink's keys for Kafka. */
export const recordMetadata: Schema = [
  { name: 'topic', type: withNullable(stringType, false) },
  { name: 'partition', type: { kind: 'integer', nullable: false } },
  { name: 'offset', type: { kind: 'bigint', nullable: false } },
  { name: 'timestamp', type: withNullable(timestampLtzType, false) },
  { name: 'headers', type: headersType },
]

/** A stretch of a batch whose records were added to a reader of messages. */
export interface AddedRecords {
  readonly records: RecordBatch
  /** The first of them. */
  readonly from: number
  /** Its place among all that were added. */
  readonly place: number
}

/** A metadata column for messages by their places. All are of one partition, and their offsets have no gaps. */
export function metadataColumn(
  topic: string,
  added: readonly AddedRecords[],
  key: string,
  type: DataType,
  places: Int32Array,
  length: number,
): Vector {
  const [first] = added
  const partition = first?.records.partition ?? 0
  const firstOffset = (first?.records.offset ?? 0) + (first?.from ?? 0)
  switch (key) {
    case 'topic':
      return { form: 'dictionary', codes: new Int32Array(length), words: [topic], nulls: null }
    case 'partition':
      return { form: 'integers', data: new Int32Array(length).fill(partition), nulls: null }
    case 'offset':
      return { form: 'numbers', data: Float64Array.from({ length }, (_, row) => firstOffset + (places[row] ?? 0)), nulls: null }
    case 'timestamp':
      return {
        form: 'numbers',
        data: Float64Array.from(ofRecords(added, places, length, (records, row) => records.timeMs(row))),
        nulls: null,
      }
    default:
      return vectorOf(type, ofRecords(added, places, length, headersAt))
  }
}

function ofRecords<T>(
  added: readonly AddedRecords[],
  places: Int32Array,
  length: number,
  pick: (records: RecordBatch, row: number) => T,
): T[] {
  const values: T[] = []
  let at = 0
  for (let row = 0; row < length; row++) {
    const place = places[row] ?? 0
    while ((added[at + 1]?.place ?? Number.POSITIVE_INFINITY) <= place) at++
    const { records, from, place: first } = added[at] as AddedRecords
    values.push(pick(records, from + place - first))
  }
  return values
}

function headersAt({ headers }: RecordBatch, row: number): ReadonlyMap<string, Uint8Array | null> {
  const end = headers?.ends[row] ?? -1
  return new Map(headers === null || end < 0 ? [] : decodeHeaders(headers.bytes, headers.starts[row] ?? 0, end))
}

/** What rows say of the time and the headers of their records. */
export class WrittenMetadata {
  readonly #types = new Map<string, DataType>()

  constructor({ name: table, metadataColumns }: ConnectorTable, schema: Schema) {
    for (const { name: column, key, isVirtual } of metadataColumns) {
      if (isVirtual) continue
      const type = schema[columnIndex(schema, column)]?.type
      if (type === undefined || (key !== 'timestamp' && key !== 'headers'))
        throw topicTableErrors.CONNECTORS_TOPIC_METADATA_READ_ONLY({ key, table, column })
      const isRight = key === 'timestamp' ? type.kind === 'timestamp-ltz' || type.kind === 'timestamp' : isHeaders(type)
      const expected = key === 'timestamp' ? 'a time stamp' : 'MAP<STRING, BYTES>'
      if (!isRight) throw topicTableErrors.CONNECTORS_TOPIC_METADATA_TYPE_MISMATCH({ key, table, column, expected, type: printType(type) })
      this.#types.set(key, type)
    }
  }

  get hasHeaders(): boolean {
    return this.#types.has('headers')
  }

  /** The time of a row in epoch milliseconds; null where it does not say. */
  timeMs(columns: ReadonlyMap<string, Vector>, row: number): number | null {
    const type = this.#types.get('timestamp')
    const column = columns.get('timestamp')
    if (type === undefined || column === undefined) return null
    const value = valueAt(column, row, type) as number | bigint | null
    return value === null ? null : timestampMs(value, 'precision' in type ? (type.precision ?? 3) : 3)
  }

  /** As they stand in records; null where there are none. */
  headers(columns: ReadonlyMap<string, Vector>, row: number): Uint8Array | null {
    const type = this.#types.get('headers')
    const column = columns.get('headers')
    if (type === undefined || column === undefined) return null
    const value = valueAt(column, row, type) as ReadonlyMap<string, Uint8Array | null> | null
    return value === null || value.size === 0 ? null : encodeHeaders([...value])
  }
}

function isHeaders(type: DataType): boolean {
  if (type.kind !== 'map') return false
  return (type.key.kind === 'varchar' || type.key.kind === 'char') && (type.value.kind === 'varbinary' || type.value.kind === 'binary')
}
