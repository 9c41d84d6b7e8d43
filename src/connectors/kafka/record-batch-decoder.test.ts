import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { RecordOrigin } from './reader-columns.ts'
import { type AbortedTransaction, RecordBatchDecoder, RecordColumns, wholeBatches } from './record-batch-decoder.ts'
import { type WrittenBatch, type WrittenRecord, writeBatch } from './record-batches.fixture.ts'

/** What came out of bytes: keys and values as texts, with what is known besides. */
interface Seen {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
}

class Taker {
  readonly seen: Seen[] = []
  readonly columns = new RecordColumns()
  readonly roomMax: number
  room: number

  constructor(room: number) {
    this.roomMax = room
    this.room = room
  }
  get isFull(): boolean {
    return this.room === 0
  }
  add(bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    this.room--
    const text = (start: number, end: number) => (end < 0 ? null : Buffer.from(bytes.subarray(start, end)).toString())
    this.seen.push({ offset: Number.NaN, timestamp: Number.NaN, key: text(keyStart, keyEnd), value: text(valueStart, valueEnd) })
  }
}

interface Read {
  readonly seen: readonly Seen[]
  readonly position: number
}

/** Reads all, a few messages at a time. */
function read(
  bytes: Uint8Array,
  how: { from?: number; end?: number; room?: number; aborted?: readonly AbortedTransaction[] | null } = {},
): Read {
  const { from = 0, end = Number.POSITIVE_INFINITY, room = 1000, aborted = null } = how
  const decoder = new RecordBatchDecoder('clicks', 1)
  decoder.begin({ bytes: new Uint8Array(bytes), from, end, aborted })
  const seen: Seen[] = []
  for (let rounds = 0; rounds < 10_000; rounds++) {
    const taker = new Taker(room)
    const isMore = decoder.fill(taker, taker.columns)
    expect(taker.columns.length).toBe(taker.seen.length)
    for (const [place, each] of taker.seen.entries()) {
      seen.push({ ...each, offset: taker.columns.offsets[place] as number, timestamp: taker.columns.timestamps[place] as number })
    }
    if (!isMore) return { seen, position: decoder.position }
  }
  throw new Error('the decoder does not come to an end')
}

function record(offset: number, value: string | null = `v${offset}`): WrittenRecord {
  return { offset, timestamp: 1_700_000_000_000 + offset, key: `k${offset}`, value }
}

function offsetsOf({ seen }: Read): number[] {
  return seen.map(({ offset }) => offset)
}

/** Numbers that look random and are the same each time. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const compressions = ['none', 'gzip', 'snappy', 'xerial', 'lz4', 'zstd'] as const

function randomBatches(pick: (below: number) => number): { bytes: Buffer; records: WrittenRecord[]; ends: number[]; counts: number[] } {
  const records: WrittenRecord[] = []
  const parts: Buffer[] = []
  const ends: number[] = []
  const counts: number[] = []
  let offset = pick(5)
  for (let batches = 1 + pick(4); batches > 0; batches--) {
    const own: WrittenRecord[] = []
    for (let count = 1 + pick(12); count > 0; count--) {
      own.push({
        offset,
        timestamp: 1_700_000_000_000 + pick(5000) - 2500,
        key: pick(4) === 0 ? null : 'k'.repeat(pick(90)),
        value: pick(5) === 0 ? null : `"${String(pick(1e9)).repeat(1 + pick(40))}"`,
        headers: Array.from({ length: pick(3) }, (_, place) => [`h${place}`, 'x'.repeat(pick(200))] as const),
      })
      offset += 1 + (pick(3) === 0 ? pick(70) : 0)
    }
    records.push(...own)
    parts.push(writeBatch({ records: own, compression: compressions[pick(6)] ?? 'none' }))
    counts.push(records.length)
    ends.push(parts.reduce((sum, part) => sum + part.length, 0))
  }
  return { bytes: Buffer.concat(parts), records, ends, counts }
}

function seenOf(records: readonly WrittenRecord[]): Seen[] {
  return records.map(({ offset, timestamp = 0, key, value }) => ({ offset, timestamp, key, value }))
}

describe('random batches', () => {
  test('are read as they were written, whatever fits at once', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const pick = numbersFrom(seed)
      const { bytes, records } = randomBatches(pick)
      const found = read(bytes, { room: 1 + pick(9) })
      expect(found.seen, `seed ${seed}`).toEqual(seenOf(records))
      expect(found.position).toBe((records.at(-1)?.offset ?? 0) + 1)
    }
  })

  test('cut at any place give the whole batches before the cut', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { bytes, records, ends, counts } = randomBatches(numbersFrom(seed))
      for (let cut = 0; cut <= bytes.length; cut += 1 + (cut % 3)) {
        const whole = ends.filter((end) => end <= cut).length
        const expected = records.slice(0, counts[whole - 1] ?? 0)
        expect(read(bytes.subarray(0, cut)).seen, `seed ${seed}, cut at ${cut}`).toEqual(seenOf(expected))
      }
    }
  })

  test('with any byte changed are an error, or what the checksum does not cover: never other messages', () => {
    const uncovered = (at: number, starts: readonly number[]) => starts.some((start) => at >= start && at < start + 21)
    for (let seed = 1; seed <= 8; seed++) {
      const pick = numbersFrom(seed)
      const { bytes, records, ends } = randomBatches(pick)
      const starts = [0, ...ends]
      const values = new Set(records.map(({ value }) => value))
      for (let at = pick(3); at < bytes.length; at += 1 + pick(5)) {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] as number) ^ (1 << pick(8))
        const outcome = attempt(() => read(damaged))
        const isRight =
          outcome instanceof Error
            ? outcome instanceof MillraceError
            : uncovered(at, starts) && outcome.seen.every(({ value }) => values.has(value))
        expect(isRight, `seed ${seed}, byte ${at}`).toBe(true)
      }
    }
  })
})

function attempt(action: () => Read): Read | Error {
  try {
    return action()
  } catch (error) {
    return error as Error
  }
}

function failureOf(bytes: Uint8Array): MillraceError {
  const outcome = attempt(() => read(bytes))
  expect(outcome).toBeInstanceOf(MillraceError)
  return outcome as MillraceError
}

describe('where reading begins and ends', () => {
  const bytes = Buffer.concat([
    writeBatch({ records: [record(10), record(11), record(12)] }),
    writeBatch({ records: [record(13), record(14)], compression: 'gzip' }),
  ])

  test('messages before the offset asked for are left out', () => {
    expect(offsetsOf(read(bytes, { from: 12 }))).toEqual([12, 13, 14])
    expect(offsetsOf(read(bytes, { from: 13 }))).toEqual([13, 14])
  })

  test('messages from the end on are left out, and the position is the end', () => {
    expect(read(bytes, { from: 10, end: 12 })).toMatchObject({ position: 12 })
    expect(offsetsOf(read(bytes, { from: 10, end: 12 }))).toEqual([10, 11])
    expect(offsetsOf(read(bytes, { from: 10, end: 13 }))).toEqual([10, 11, 12])
    expect(offsetsOf(read(bytes, { from: 11, end: 14, room: 1 }))).toEqual([11, 12, 13])
  })

  test('what compaction took away counts as read', () => {
    const compacted = Buffer.concat([
      writeBatch({ records: [record(22)], baseOffset: 20, lastOffset: 29 }),
      writeBatch({ records: [], baseOffset: 30, lastOffset: 35 }),
    ])
    const found = read(compacted, { from: 20 })
    expect(offsetsOf(found)).toEqual([22])
    expect(found.position).toBe(36)
    expect(wholeBatches(new Uint8Array(compacted), 20)).toEqual({ end: 36, missingBytes: 0 })
  })
})

describe('transactions', () => {
  const own = (offset: number, producer: number): WrittenBatch => ({ records: [record(offset)], producer, isTransactional: true })
  const mark = (offset: number, producer: number): WrittenBatch => ({ ...own(offset, producer), isControl: true })
  const bytes = Buffer.concat(
    [own(0, 1), own(1, 2), own(2, 1), mark(3, 1), { records: [record(4)] }, mark(5, 2), own(6, 1), mark(7, 1)].map(writeBatch),
  )

  test('aborted ones are left out for who reads what is committed, up to their marks', () => {
    const found = read(bytes, { aborted: [{ producer: 1, firstOffset: 0 }] })
    expect(offsetsOf(found)).toEqual([1, 4, 6])
    expect(found.position).toBe(8)
    expect(offsetsOf(read(bytes, { aborted: [{ producer: 2, firstOffset: 1 }] }))).toEqual([0, 2, 4, 6])
  })

  test('marks are no messages for anyone', () => {
    expect(offsetsOf(read(bytes, { aborted: [] }))).toEqual([0, 1, 2, 4, 6])
    expect(offsetsOf(read(bytes))).toEqual([0, 1, 2, 4, 6])
  })

  test('a producer that aborts twice is left out twice', () => {
    const twice = [
      { producer: 1, firstOffset: 0 },
      { producer: 1, firstOffset: 6 },
    ]
    expect(offsetsOf(read(bytes, { aborted: twice }))).toEqual([1, 4])
  })
})

describe('what is known of messages', () => {
  test('the time of the broker counts for all messages of a batch', () => {
    const found = read(writeBatch({ records: [record(0), record(1)], appendTimestamp: 42 }))
    expect(found.seen.map(({ timestamp }) => timestamp)).toEqual([42, 42])
  })

  test('headers are found behind the value, and the last one of a name counts', () => {
    const decoder = new RecordBatchDecoder('clicks', 1)
    const headers = [
      ['a', '1'],
      ['b', ''],
      ['a', '2'],
    ] as const
    const bytes = new Uint8Array(writeBatch({ records: [record(0), { ...record(1), headers }], compression: 'zstd' }))
    decoder.begin({ bytes, from: 0, end: Number.POSITIVE_INFINITY, aborted: null })
    const taker = new Taker(9)
    decoder.fill(taker, taker.columns)
    const origin = new RecordOrigin(taker.columns)
    const column = origin.column('headers', { kind: 'null', nullable: true }, Int32Array.of(0, 1), 2)
    const shown = (column as unknown as { data: ReadonlyMap<string, Uint8Array>[] }).data.map((map) =>
      [...map].map(([key, value]) => [key, String(Buffer.from(value))]),
    )
    expect(shown).toEqual([
      [],
      [
        ['a', '2'],
        ['b', ''],
      ],
    ])
    origin.topic = 'clicks'
    origin.partition = 1
    expect(origin.position(1)).toBe('{"topic":"clicks","partition":1,"offset":1}')
  })
})

describe('errors', () => {
  test('a wrong checksum names topic, partition and offset', () => {
    const bytes = writeBatch({ records: [record(7)] })
    bytes[bytes.length - 3] = 1
    const failure = failureOf(bytes)
    expect(failure.code).toBe('CONNECTORS_KAFKA_BATCH_DAMAGED')
    expect(failure.message).toBe('messages from offset 0 of partition 1 of topic "clicks" are damaged')
  })

  test('forms before 2 are refused', () => {
    const bytes = writeBatch({ records: [record(7)] })
    bytes[16] = 1
    expect(failureOf(bytes).code).toBe('CONNECTORS_KAFKA_BATCH_TOO_OLD')
  })

  test('offsets above 2^53 are refused', () => {
    const bytes = writeBatch({ records: [record(7)] })
    bytes.writeBigInt64BE(2n ** 53n + 1n)
    expect(failureOf(bytes)).toMatchObject({
      code: 'CONNECTORS_KAFKA_OFFSET_TOO_LARGE',
      message: expect.stringContaining('9007199254740993'),
    })
  })

  test('records that do not end where they say are damage, even with a right checksum', () => {
    const good = writeBatch({ records: [record(0, 'x'.repeat(60))] })
    for (let at = 61; at < 75; at++) {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] as number) ^ 0x7e
      const outcome = attempt(() => readUnchecked(bytes))
      const isRight =
        outcome instanceof MillraceError ? outcome.code === 'CONNECTORS_KAFKA_BATCH_DAMAGED' : 'seen' in outcome && outcome.seen.length < 2
      expect(isRight, `byte ${at}`).toBe(true)
    }
  })
})

function readUnchecked(bytes: Uint8Array): Read {
  const decoder = new RecordBatchDecoder('clicks', 1, false)
  decoder.begin({ bytes: new Uint8Array(bytes), from: 0, end: Number.POSITIVE_INFINITY, aborted: null })
  const taker = new Taker(1000)
  decoder.fill(taker, taker.columns)
  return { seen: taker.seen, position: decoder.position }
}
