import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compressionsAlgorithms, Reader, readRecordsBatch } from '@platformatic/kafka'
import { describe, expect, test } from 'vitest'
import type { Messages } from '#formats'
import { type BatchSeal, type CompressionName, MessageHalf, noProducer, RecordBatch } from './record-batch-encoder.ts'
import { checksum } from './record-checksum.ts'
import { encodeHeaders } from './record-varint.ts'

interface Message {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers?: readonly (readonly [string, Uint8Array | null])[]
}

const seal: BatchSeal = { producer: { id: 4711n, epoch: 3 }, baseSequence: 99, isTransactional: true }

/** All messages in one array, as formats make them: with a byte that belongs to nobody behind each. */
function messagesOf(texts: readonly (string | null)[]): Messages {
  const parts = texts.map((text) => (text === null ? null : Buffer.from(text)))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0) + 1, 3))
  const starts = new Int32Array(texts.length)
  const ends = new Int32Array(texts.length)
  let at = 3
  parts.forEach((part, place) => {
    starts[place] = at
    ends[place] = part === null ? -1 : at + part.length
    if (part !== null) bytes.set(part, at)
    at += (part?.length ?? 0) + 1
  })
  return { bytes, starts, ends, length: texts.length }
}

function batchOf(messages: readonly Message[], capacity = 61): RecordBatch {
  const batch = new RecordBatch(capacity)
  const keys = new MessageHalf(messagesOf(messages.map(({ key }) => key)))
  const values = new MessageHalf(messagesOf(messages.map(({ value }) => value)))
  for (const [place, { timestamp, headers }] of messages.entries())
    batch.add(keys, values, place, timestamp, headers === undefined ? null : encodeHeaders(headers))
  return batch
}

/** Reads a batch as the specification of Kafka's protocol says, with nothing of what is tested. */
function read(bytes: Buffer) {
  const head = {
    baseOffset: bytes.readBigInt64BE(0),
    length: bytes.readInt32BE(8),
    leaderEpoch: bytes.readInt32BE(12),
    magic: bytes.readInt8(16),
    crc: bytes.readUInt32BE(17),
    attributes: bytes.readInt16BE(21),
    lastOffsetDelta: bytes.readInt32BE(23),
    baseTimestamp: Number(bytes.readBigInt64BE(27)),
    maxTimestamp: Number(bytes.readBigInt64BE(35)),
    producerId: bytes.readBigInt64BE(43),
    producerEpoch: bytes.readInt16BE(51),
    baseSequence: bytes.readInt32BE(53),
    count: bytes.readInt32BE(57),
  }
  expect(head.length).toBe(bytes.length - 12)
  expect(head.crc).toBe(bitwiseCrc32c(bytes.subarray(21)))
  const records = unpack(bytes.subarray(61), head.attributes & 7)
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = records[at++] as number
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value % 2n === 0n ? value / 2n : -(value + 1n) / 2n
    }
  }
  const text = (): string | null => {
    const size = Number(varint())
    if (size < 0) return null
    at += size
    return records.subarray(at - size, at).toString()
  }
  const messages = Array.from({ length: head.count }, (_, place) => {
    const end = Number(varint()) + at
    expect(records[at++]).toBe(0)
    const timestamp = head.baseTimestamp + Number(varint())
    expect(varint()).toBe(BigInt(place))
    const [key, value] = [text(), text()]
    const headers = Array.from({ length: Number(varint()) }, () => [text(), text()])
    expect(at).toBe(end)
    return { key, value, timestamp, headers }
  })
  expect(at).toBe(records.length)
  return { ...head, messages }
}

function unpack(bytes: Buffer, compression: number): Buffer {
  switch (compression) {
    case 1:
      return gunzipSync(bytes)
    case 2:
      return Buffer.from(compressionsAlgorithms.snappy.decompressSync(bytes))
    case 3:
      return Buffer.from(compressionsAlgorithms.lz4.decompressSync(bytes))
    case 4:
      return zstdDecompressSync(bytes)
    default:
      return bytes
  }
}

function bitwiseCrc32c(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

const plain = ({ key, value, timestamp }: Message) => ({ key, value, timestamp, headers: [] })

const lengths = [0, 1, 6, 7, 8, 9, 15, 16, 17, 63, 64, 65, 159, 160, 161, 8191, 8192, 70_000]

describe('a batch', () => {
  test('is what the specification says, byte for byte', () => {
    const batch = batchOf([
      { key: 'k', value: 'v1', timestamp: 1000 },
      { key: null, value: null, timestamp: 1003, headers: [['h', Buffer.from('x')]] },
    ])
    const bytes = batch.seal({ producer: noProducer, baseSequence: -1, isTransactional: false }, 'none')
    const head =
      '0000000000000000 00000052 ffffffff 02 ........ 0000 00000001 00000000000003e8 00000000000003eb ffffffffffffffff ffff ffffffff 00000002'
    // Length, attributes, time, offset, key, value and headers of each.
    const records = '12 00 00 00 02 6b 04 7631 00' + '14 00 06 02 01 01 02 02 68 02 78'
    expect(bytes.toString('hex').replace(/^(.{34}).{8}/, '$1........')).toBe(
      (head + records).replaceAll(' ', '').replace('00000052', (bytes.length - 12).toString(16).padStart(8, '0')),
    )
    expect(read(bytes).messages).toEqual([
      { key: 'k', value: 'v1', timestamp: 1000, headers: [] },
      { key: null, value: null, timestamp: 1003, headers: [['h', 'x']] },
    ])
  })
  test.each(lengths)('holds keys and values of %d bytes', (length) => {
    const text = Array.from({ length }, (_, at) => String.fromCharCode(97 + (at % 26))).join('')
    const messages = [0, 1, 2].map((each) => ({ key: `${each}${text}`, value: `${text}${each}`, timestamp: 5 }))
    expect(read(batchOf([...messages, { key: text, value: text, timestamp: 5 }]).seal(seal, 'none')).messages).toEqual(
      [...messages, { key: text, value: text, timestamp: 5 }].map(plain),
    )
  })
  test('says who sends it', () => {
    const messages = [{ key: null, value: 'x', timestamp: 7 }]
    expect(read(batchOf(messages).seal(seal, 'none'))).toMatchObject({
      producerId: 4711n,
      producerEpoch: 3,
      baseSequence: 99,
      attributes: 16,
    })
    const other = { producer: noProducer, baseSequence: -1, isTransactional: false }
    expect(read(batchOf(messages).seal(other, 'none'))).toMatchObject({
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
      attributes: 0,
    })
  })
  test('can be sealed again for another producer, compressed or not', () => {
    for (const compression of ['none', 'zstd'] as const) {
      const batch = batchOf([{ key: null, value: 'x', timestamp: 7 }])
      batch.seal(seal, compression)
      const again = read(batch.seal({ ...seal, producer: { id: 5n, epoch: 0 }, baseSequence: 0 }, compression))
      expect(again).toMatchObject({ producerId: 5n, producerEpoch: 0, baseSequence: 0 })
    }
  })
  test('has times that go back, and far apart', () => {
    const times = [1_700_000_000_000, 1_700_000_000_001, 0, 1_699_999_999_999, 253_402_300_799_999, -1]
    const messages = times.map((timestamp) => ({ key: null, value: 'x', timestamp }))
    const found = read(batchOf(messages).seal(seal, 'none'))
    expect(found.messages.map(({ timestamp }) => timestamp)).toEqual(times)
    expect(found).toMatchObject({ baseTimestamp: times[0], maxTimestamp: 253_402_300_799_999 })
  })
  test('is empty and as good as new once it was cleared', () => {
    const batch = batchOf(Array.from({ length: 300 }, (_, place) => ({ key: 'k', value: `long ${place}`, timestamp: 9 })))
    batch.seal(seal, 'gzip')
    batch.clear()
    expect([batch.count, batch.length]).toEqual([0, 61])
    const [keys, values] = [messagesOf(['a']), messagesOf(['b'])]
    batch.add(new MessageHalf(keys), new MessageHalf(values), 0, 3, null)
    expect(read(batch.seal(seal, 'gzip'))).toMatchObject({ maxTimestamp: 3, messages: [{ key: 'a', value: 'b', timestamp: 3 }] })
  })
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('can be read by the library: %s', (compression: CompressionName) => {
    const messages = Array.from({ length: 1000 }, (_, place) => ({
      key: place % 3 === 0 ? null : `key ${place % 7}`,
      value: place % 5 === 0 ? null : `{"id":${place},"text":"${'ab'.repeat(place % 50)}"}`,
      timestamp: 1_700_000_000_000 + place * 13,
      ...(place % 11 === 0 ? { headers: [['trace', Buffer.from(String(place))] as const, ['none', null] as const] } : {}),
    }))
    const bytes = batchOf(messages).seal(seal, compression)
    expect(read(bytes).messages.map(({ key, value, timestamp }) => ({ key, value, timestamp }))).toEqual(
      messages.map(({ key, value, timestamp }) => ({ key, value, timestamp })),
    )
    const { records, producerId, firstTimestamp } = readRecordsBatch(Reader.from(bytes))
    expect({ producerId, firstTimestamp }).toEqual({ producerId: 4711n, firstTimestamp: 1_700_000_000_000n })
    expect(
      records.map(({ key, value, timestampDelta, headers }) => ({
        key: key?.toString() ?? null,
        value: value?.toString() ?? null,
        timestamp: 1_700_000_000_000 + Number(timestampDelta),
        headers: headers.map(([name, text]) => [name?.toString(), text?.toString() ?? null]),
      })),
    ).toEqual(
      messages.map(({ headers = [], ...rest }) => ({ ...rest, headers: headers.map(([name, text]) => [name, text?.toString() ?? null]) })),
    )
  })
})

describe('its records', () => {
  const messages = Array.from({ length: 7 }, (_, place) => ({
    key: place === 2 ? null : `k${place}`,
    value: place === 3 ? null : 'v'.repeat(place * 40),
    timestamp: 1000 - place * 300,
    ...(place === 4 ? { headers: [['h', Buffer.from('x')] as const] } : {}),
  }))
  test('come out as they went in', () => {
    const found = [...batchOf(messages).records()].map(({ key, value, timestamp }) => ({
      key: key === null ? null : Buffer.from(key).toString(),
      value: value === null ? null : Buffer.from(value).toString(),
      timestamp,
    }))
    expect(found).toEqual(messages.map(({ key, value, timestamp }) => ({ key, value, timestamp })))
  })
  test('go into two halves', () => {
    const whole = read(batchOf(messages).seal(seal, 'none')).messages
    const [first, second] = batchOf(messages).halves()
    expect([first.count, second.count]).toEqual([3, 4])
    expect([...read(first.seal(seal, 'none')).messages, ...read(second.seal(seal, 'none')).messages]).toEqual(whole)
  })
})

test.each([
  ['123456789', 0xe3069283],
  ['\0'.repeat(32), 0x8a9136aa],
  ['', 0],
])('the checksum of %j is that of CRC-32C', (text, expected) => {
  expect(checksum(Buffer.from(text))).toBe(expected)
})
test('the checksum of 32 bytes of ones', () => {
  expect(checksum(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
})
