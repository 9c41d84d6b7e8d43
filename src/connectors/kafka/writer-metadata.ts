/** What of a message its row says besides key and value: its time, its headers and its topic. */
import { columnIndex, type DataType, printType, type Schema, timestampMs, type Vector, valueAt } from '#data'
import type { ConnectorTable } from '../connector.ts'
import { kafkaErrors } from './errors.ts'
import { encodeHeaders } from './record-varint.ts'

interface WrittenColumn {
  readonly expected: string
  readonly takes: (type: DataType) => boolean
}

const isText = ({ kind }: DataType): boolean => kind === 'char' || kind === 'varchar'

/** By metadata key. */
const written: Readonly<Record<string, WrittenColumn>> = {
  timestamp: { expected: 'a time stamp', takes: ({ kind }) => kind === 'timestamp-ltz' || kind === 'timestamp' },
  headers: {
    expected: 'MAP<STRING, BYTES>',
    takes: (type) => type.kind === 'map' && isText(type.key) && (type.value.kind === 'varbinary' || type.value.kind === 'binary'),
  },
  topic: { expected: 'STRING', takes: isText },
}

/** Fails where a column that is written is metadata that nobody can write. */
export function checkWrittenMetadata({ name: table, metadataColumns }: ConnectorTable): void {
  for (const { name: column, key, isVirtual } of metadataColumns) {
    if (isVirtual || Object.hasOwn(written, key)) continue
    throw kafkaErrors.CONNECTORS_KAFKA_METADATA_READ_ONLY({ key, table, column, writable: Object.keys(written).join(', ') })
  }
}

/** Says what the metadata columns of rows hold. */
export class WrittenMetadata {
  readonly #types = new Map<string, DataType>()
  #columns: ReadonlyMap<string, Vector> = new Map()

  constructor({ name: table, metadataColumns }: ConnectorTable, schema: Schema) {
    for (const { name: column, key, isVirtual } of metadataColumns) {
      const type = schema[columnIndex(schema, column)]?.type
      if (isVirtual || type === undefined) continue
      const { takes, expected } = written[key] ?? { takes: () => false, expected: 'nothing' }
      if (!takes(type)) throw kafkaErrors.CONNECTORS_KAFKA_METADATA_TYPE_MISMATCH({ expected, column, table, type: printType(type), key })
      this.#types.set(key, type)
    }
  }

  get hasAny(): boolean {
    return this.#types.size > 0
  }

  /** The rows that are asked for from here on. */
  set columns(columns: ReadonlyMap<string, Vector>) {
    this.#columns = columns
  }

  #value(key: string, row: number): unknown {
    const vector = this.#columns.get(key)
    const type = this.#types.get(key)
    return vector === undefined || type === undefined ? null : valueAt(vector, row, type)
  }

  /** In epoch milliseconds; null where the row does not say. */
  timestamp(row: number): number | null {
    const value = this.#value('timestamp', row) as number | bigint | null
    const type = this.#types.get('timestamp')
    return value === null || (type?.kind !== 'timestamp' && type?.kind !== 'timestamp-ltz') ? null : timestampMs(value, type.precision)
  }

  /** As they stand in records; null where there are none. */
  headers(row: number): Uint8Array | null {
    const value = this.#value('headers', row) as ReadonlyMap<string, Uint8Array | null> | null
    return value === null || value.size === 0 ? null : encodeHeaders([...value])
  }

  topic(row: number): string | null {
    return this.#value('topic', row) as string | null
  }
}
