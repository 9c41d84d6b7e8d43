/**
 * Reads a stream from a position on. Each look takes entries and, at the same moment, what the server counts of the stream, so that it is
 * noticed when entries were trimmed away before they were read.
 */
import { assert } from '#base'
import type { ReadRequest, SourceBatch, SourceReader, SplitStanding } from '../connector.ts'
import type { RedisConnection, Reply } from './connection.ts'
import { type EntryDecoder, entryDecoder, type StreamEntry } from './entries.ts'
import { redisErrors, redisFailureKind } from './errors.ts'
import type { RedisTable } from './options.ts'
import { compareStreamIds, idBeforeAll } from './stream-id.ts'

export interface Start {
  /** The first entries are those after this id; null: those that are not there yet. */
  readonly after: string | null
}

interface StreamPosition {
  /** Of the entry read last. */
  readonly id: string
  /** How many entries the stream had been given up to it, those trimmed since included; null where nobody has counted. */
  readonly seen: number | null
  /** The last entry to read; null without an end. */
  readonly end: string | null
}

/** What the server says of a stream. */
interface StreamState {
  readonly length: number
  readonly added: number
  readonly firstId: string
  readonly lastId: string
}

export interface StreamParts {
  readonly settings: RedisTable
  readonly stream: string
  readonly connection: RedisConnection
  readonly bounded: boolean
  readonly group: string | null
}

const entriesMax = 4096
/** About so many bytes are asked for at a time. */
const fetchedBytes = 4_194_304
const blockMs = 1000

export class StreamReader implements SourceReader {
  readonly #parts: StreamParts
  readonly #request: ReadRequest
  readonly #decoder: EntryDecoder
  readonly #stop: () => void
  #position: StreamPosition = { id: idBeforeAll, seen: 0, end: null }
  /** Entries fetched and not given to the decoder. */
  #entries: readonly StreamEntry[] = []
  /** Those the decoder has. */
  #decoding: readonly StreamEntry[] = []
  #taken = 0
  #ahead: Promise<readonly StreamEntry[]> | null = null
  /** Where fetching stands, which is ahead of what was returned. */
  #fetched: StreamPosition = this.#position
  #bytesEach = 256

  constructor(parts: StreamParts, request: ReadRequest) {
    this.#parts = parts
    this.#request = request
    this.#decoder = entryDecoder(parts.settings, parts.stream, request)
    this.#stop = () => parts.connection.close()
    request.signal.addEventListener('abort', this.#stop)
  }

  get skippedRows(): number {
    return this.#decoder.skippedRows
  }

  async start({ after }: Start): Promise<void> {
    const { position } = this.#request
    if (position !== undefined && position !== null) this.#position = position as StreamPosition
    else {
      const state = await this.#observe()
      const id = state === null ? idBeforeAll : (after ?? state.lastId)
      const end = this.#parts.bounded ? (state?.lastId ?? idBeforeAll) : null
      this.#position = { id, seen: state === null ? 0 : seenAt(id, state), end }
    }
    this.#fetched = this.#position
  }

  standing(): readonly SplitStanding[] {
    const { id, end } = this.#position
    const { stream } = this.#parts
    return [
      { split: stream, name: stream, position: id, end, pendingRows: this.#request.meter.lag, hasEnded: this.#isAtEnd(this.#position) },
    ]
  }

  #observe(): Promise<StreamState | null> {
    const { connection, stream } = this.#parts
    return connection.persist(async () => {
      const [reply = null] = await connection.send([['XINFO', 'STREAM', stream]])
      return this.#stateOf(reply)
    })
  }

  /** Null where there is no such stream. */
  #stateOf(reply: Reply): StreamState | null {
    if (reply instanceof Error) {
      if (reply.message.startsWith('ERR no such key')) return null
      throw reply
    }
    const facts = new Map<string, Reply>()
    const parts = reply as readonly Reply[]
    for (let at = 0; at < parts.length; at += 2) facts.set(String(parts[at]), parts[at + 1] ?? null)
    const added = facts.get('entries-added')
    if (typeof added !== 'number') throw redisErrors.CONNECTORS_REDIS_SERVER_OLD({ address: this.#parts.connection.address })
    return {
      length: Number(facts.get('length')),
      added,
      firstId: String(facts.get('recorded-first-entry-id')),
      lastId: String(facts.get('last-generated-id')),
    }
  }

  async read(): Promise<SourceBatch | null> {
    try {
      return await this.#next()
    } catch (error) {
      if (this.#request.signal.aborted) return null
      throw error
    }
  }

  async #next(): Promise<SourceBatch | null> {
    for (;;) {
      const rows = await this.#decoder.next()
      if (rows !== null) {
        this.#pass(rows.taken)
        const { batch, deadLetters } = rows
        if (batch.length > 0 || deadLetters.length > 0) return { batch, split: this.#parts.stream, deadLetters }
        continue
      }
      if (this.#entries.length === 0) {
        if (this.#isAtEnd(this.#position) || this.#request.signal.aborted) return null
        this.#entries = await (this.#ahead ?? this.#fetch())
        // What comes next is fetched while this is decoded.
        this.#ahead = this.#entries.length === 0 || this.#isAtEnd(this.#fetched) ? null : this.#fetchAhead()
        if (this.#entries.length === 0 && this.#isAtEnd(this.#fetched)) this.#position = this.#fetched
      }
      this.#begin()
    }
  }

  #begin(): void {
    const count = this.#decoder.begin(this.#entries)
    this.#decoding = this.#entries.slice(0, count)
    this.#entries = this.#entries.slice(count)
    this.#taken = 0
  }

  #pass(taken: number): void {
    const { seen, end } = this.#position
    const last = this.#decoding[taken - 1]
    assert(last !== undefined, 'a batch comes of entries')
    const count = taken - this.#taken
    this.#taken = taken
    const isCaughtUp = last.id === this.#fetched.id
    this.#position = isCaughtUp ? this.#fetched : { id: last.id, seen: seen === null ? null : seen + count, end }
  }

  #isAtEnd({ id, end }: StreamPosition): boolean {
    return end !== null && compareStreamIds(id, end) >= 0
  }

  #fetchAhead(): Promise<readonly StreamEntry[]> {
    const fetching = this.#fetch()
    // Whoever reads next sees a failure.
    fetching.catch(() => undefined)
    return fetching
  }

  /** Waits for entries; none where there are no more before the end. */
  async #fetch(): Promise<readonly StreamEntry[]> {
    const { connection, stream, settings } = this.#parts
    while (!this.#request.signal.aborted) {
      const entries = await connection.persist(() => this.#look())
      if (entries.length > 0 || this.#isAtEnd(this.#fetched)) return entries
      const { id } = this.#fetched
      // Longer than this nobody waits for an answer.
      const waitMs = Math.max(1, Math.min(blockMs, Math.floor(settings.server.answerMsMax / 2)))
      await connection.persist(() => connection.call('XREAD', 'COUNT', 1, 'BLOCK', waitMs, 'STREAMS', stream, id))
    }
    return []
  }

  async #look(): Promise<readonly StreamEntry[]> {
    const { connection, stream } = this.#parts
    const { id, end } = this.#fetched
    const count = Math.max(1, Math.min(entriesMax, Math.floor(fetchedBytes / this.#bytesEach)))
    const [info = null, range = null] = await connection.transact([
      ['XINFO', 'STREAM', stream],
      ['XRANGE', stream, `(${id}`, end ?? '+', 'COUNT', count],
    ])
    const state = this.#stateOf(info)
    if (range instanceof Error) throw range
    this.#checkWhole(state)
    const entries = (range as readonly (readonly Reply[])[]).map(([entryId = null, fields = null]): StreamEntry => {
      return { id: String(entryId), fields: (fields ?? []) as readonly Buffer[] }
    })
    this.#follow(entries, state, entries.length < count)
    return entries
  }

  #follow(entries: readonly StreamEntry[], state: StreamState | null, isAll: boolean): void {
    const { id, seen, end } = this.#fetched
    const last = entries.at(-1)?.id ?? id
    const isCaughtUp = isAll && state !== null && (end === null || compareStreamIds(state.lastId, end) <= 0)
    const counted = isCaughtUp ? state.added : seen === null ? null : seen + entries.length
    // With entries at the end removed one by one, the last id that was given is not there any more.
    this.#fetched = { id: isAll && end !== null ? end : last, seen: counted, end }
    if (entries.length > 0) {
      const bytes = entries.reduce((sum, { fields }) => sum + fields.reduce((size, field) => size + field.length, 32), 0)
      this.#request.meter.bytes += bytes
      this.#bytesEach = Math.max(1, bytes / entries.length)
    }
    this.#request.meter.lag = state === null || counted === null ? null : Math.max(0, state.added - counted)
  }

  /** Entries are trimmed from the front: as long as one that was read is there, none was lost. */
  #checkWhole(state: StreamState | null): void {
    const { id, seen } = this.#fetched
    const gone = (detail: string): Error => redisErrors.CONNECTORS_REDIS_POSITION_GONE({ stream: this.#parts.stream, id }, { detail })
    if (state === null) {
      if (id !== idBeforeAll) throw gone('The stream is not there any more.')
      return
    }
    if (compareStreamIds(state.lastId, id) < 0 && (seen ?? 0) > state.added) throw gone('The stream was removed and begun again.')
    const isFirstThere = state.length > 0 && compareStreamIds(state.firstId, id) <= 0
    const removed = state.added - state.length
    if (isFirstThere || (seen !== null && removed <= seen)) return
    const lost = seen === null ? 'Entries' : `${removed - seen} entries`
    throw gone(`${lost} were trimmed before they were read; the first one there is ${state.length === 0 ? 'none' : state.firstId}.`)
  }

  position(): StreamPosition {
    return this.#position
  }

  async checkpointed(position: unknown): Promise<void> {
    const { connection, group, stream } = this.#parts
    if (group === null) return
    const { id } = position as StreamPosition
    try {
      const [moved = null] = await connection.send([['XGROUP', 'SETID', stream, group, id]])
      if (moved instanceof Error && /^NOGROUP|requires the key to exist/.test(moved.message))
        await connection.call('XGROUP', 'CREATE', stream, group, id, 'MKSTREAM')
      else if (moved instanceof Error) throw moved
    } catch (error) {
      // It is told again with the next checkpoint.
      if (redisFailureKind(error) !== 'unreachable' && !this.#request.signal.aborted) throw error
    }
  }

  async close(): Promise<void> {
    this.#request.signal.removeEventListener('abort', this.#stop)
    this.#parts.connection.close()
    await this.#ahead?.catch(() => undefined)
    await this.#decoder.close()
  }
}

/** How many entries a stream had been given up to an id, where its counts tell. */
function seenAt(id: string, { length, added, firstId, lastId }: StreamState): number | null {
  if (compareStreamIds(id, lastId) >= 0) return added
  return length === 0 || compareStreamIds(id, firstId) < 0 ? added - length : null
}
