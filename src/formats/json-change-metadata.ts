/** Reads metadata of change messages from their envelopes: one column each, whose rows are those of the objects. */
import { bigintType, type DataType, type Vector } from '#data'
import { ColumnStore } from './column-store.ts'
import { JsonRows } from './json/rows.ts'
import { type JsonScanner, letterN } from './json/scanner.ts'
import type { JsonSettings } from './json/settings.ts'
import type { ChangeMetadata, MetadataForm } from './json-change.ts'
import { sqlTime, type TimeStyle } from './text-value.ts'

const isoTime: TimeStyle = { separator: 84, seconds: 'optional', offset: 'none' }

export class MetadataColumn {
  readonly #store: ColumnStore
  readonly #rows: JsonRows
  readonly #isSeconds: boolean

  constructor({ key, type, form }: ChangeMetadata, settings: JsonSettings, scanner: JsonScanner, rowsMax: number) {
    this.#store = new ColumnStore(key, storedType(type, form), rowsMax)
    this.#rows = new JsonRows([this.#store], scanner, { ...settings, time: form === 'iso-time' ? isoTime : sqlTime })
    this.#isSeconds = form === 'seconds'
  }

  begin(): void {
    this.#store.reset()
  }

  /** Reads the value at `start`, NULL where that is negative; what is wrong with it, or null. `message` is where bytes are counted from. */
  read(bytes: Uint8Array, start: number, row: number, message: number): string | null {
    const store = this.#store
    store.clear(row)
    if (start < 0 || bytes[start] === letterN) store.setNull(row)
    else if (this.#rows.value(0, bytes, start, row) < 0) return this.#rows.describeFault(message)
    else if (this.#isSeconds) store.numbers[row] = (store.numbers[row] as number) * 1000
    return null
  }

  copy(from: number, to: number): void {
    this.#store.copy(from, to)
  }

  vector(rows: number, bytes: Uint8Array): Vector {
    return this.#store.vector(rows, bytes)
  }
}

/** A type whose values are kept as those of the metadata are: times stand in the envelope as whole numbers, or without a zone. */
function storedType(type: DataType, form: MetadataForm): DataType {
  if (form === 'milliseconds' || form === 'seconds') return bigintType
  return type.kind === 'timestamp-ltz' ? { kind: 'timestamp', precision: type.precision, nullable: true } : type
}
