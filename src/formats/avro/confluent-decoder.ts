/**
 * Reads records behind a zero and the id of their schema. Each schema is fetched once and resolved against the table once, however many
 * messages have it; that an id does not exist is remembered for a while. While the registry does not answer, decoding waits, and fails in
 * the end: no message is dropped because a schema could not be fetched.
 */
import type { Batch } from '#data'
import { plainArray } from '../compile.ts'
import type { MessageDecoder, MessageFault, Messages, WantedField } from '../format.ts'
import type { MessageRows } from '../message-rows.ts'
import type { AvroProgram } from './program.ts'
import { RecordReader } from './record-reader.ts'
import type { RegisteredSchema, Registry } from './registry.ts'
import { type AvroSchema, type NamedTypes, parseAvroSchema, SchemaTrouble } from './schema.ts'

/** How messages of an id are read, or why they cannot be: for good, or until then. */
type Known = { readonly program: AvroProgram } | { readonly program: null; readonly fault: string; readonly untilMs: number }

const missingMs = 10_000
const knownMax = 10_000
const prefixBytes = 5

export class ConfluentDecoder implements MessageDecoder {
  readonly lenient = false
  readonly places: Int32Array
  readonly #registry: Registry
  readonly #reader: RecordReader
  readonly #rows: MessageRows
  readonly #known = new Map<number, Known>()

  constructor(wanted: readonly WantedField[], reader: AvroSchema | null, registry: Registry) {
    this.#registry = registry
    this.#reader = new RecordReader(wanted, reader)
    this.#rows = this.#reader.rows
    this.places = this.#rows.places
  }

  get batch(): Batch {
    return this.#rows.batch
  }
  get faults(): readonly MessageFault[] {
    return this.#rows.faults
  }

  decode(messages: Messages, from: number): number | Promise<number> {
    const { starts, ends, length } = messages
    const bytes = plainArray(messages.bytes)
    const rows = this.#rows
    rows.begin()
    let place = from
    for (; place < length && !rows.isFull; place++) {
      const end = ends[place] as number
      if (end < 0) continue
      const start = starts[place] as number
      if (end - start < prefixBytes || bytes[start] !== 0) {
        rows.refuse(place, prefixFault(bytes, start, end))
        continue
      }
      const id =
        ((bytes[start + 1] as number) << 24) |
        ((bytes[start + 2] as number) << 16) |
        ((bytes[start + 3] as number) << 8) |
        (bytes[start + 4] as number)
      const known = this.#known.get(id)
      if (known === undefined || (known.program === null && known.untilMs < this.#registry.clock.monotonicMs())) {
        if (rows.isEmpty) return this.#fetchThenDecode(id, messages, place)
        break
      }
      if (known.program === null) {
        rows.refuse(place, known.fault)
        continue
      }
      if (!this.#reader.takes(known.program)) {
        if (!rows.isEmpty) break
        this.#reader.prepare(known.program)
      }
      rows.take(known.program.read, bytes, start + prefixBytes, end, place)
    }
    rows.finish(bytes)
    return place
  }

  async #fetchThenDecode(id: number, messages: Messages, place: number): Promise<number> {
    const schema = await this.#registry.schemaOf(id)
    if (this.#known.size >= knownMax) this.#known.clear()
    this.#known.set(id, schema === null ? this.#missing(id) : this.#compiled(id, schema))
    return this.decode(messages, place)
  }

  #missing(id: number): Known {
    const untilMs = this.#registry.clock.monotonicMs() + missingMs
    return { program: null, fault: `Schema ${id} does not exist in the registry.`, untilMs }
  }

  #compiled(id: number, { text, kind, references }: RegisteredSchema): Known {
    try {
      if (kind !== 'AVRO') throw new SchemaTrouble(`its type is ${kind}, not AVRO`)
      const named: NamedTypes = new Map()
      for (const reference of references) parseAvroSchema(reference, named)
      return { program: this.#reader.compile(parseAvroSchema(text, named)) }
    } catch (error) {
      if (!(error instanceof SchemaTrouble)) throw error
      return { program: null, fault: `Schema ${id} of the registry cannot be read: ${error.message}.`, untilMs: Number.POSITIVE_INFINITY }
    }
  }

  async close(): Promise<void> {
    await this.#registry.close()
  }
}

function prefixFault(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < prefixBytes) return `Expected a byte 0 and the id of a schema, got ${end - start} bytes.`
  return `Expected a byte 0 and the id of a schema, got a message that begins with byte ${bytes[start]}.`
}
