import { expect, test } from 'vitest'
import { parseAnswerById, parseAnswerByName } from './reader-fetch.ts'

const id = '00112233-4455-6677-8899-aabbccddeeff'
const wanted = [{ topic: 'clicks', id, partition: 7, leaderEpoch: 0, offset: 10, bytesMax: 100 }]
const records = Buffer.from('records')

const int16 = (value: number): Buffer => Buffer.from([(value >> 8) & 255, value & 255])
const int32 = (value: number): Buffer => Buffer.concat([int16(value >> 16), int16(value)])
const int64 = (value: number): Buffer => Buffer.concat([int32(Math.floor(value / 2 ** 32)), int32(value)])
const byte = (value: number): Buffer => Buffer.from([value])

const head = (trouble = 0): Buffer[] => [int32(0), int16(trouble), int32(0)]
const partition = (trouble = 0): Buffer[] => [int32(7), int16(trouble), int64(2 ** 33 + 5), int64(30), int64(2)]

function byName(trouble = 0): Buffer {
  const topic = [int32(1), int16(6), Buffer.from('clicks'), int32(1)]
  const aborted = [int32(2), int64(4000), int64(20), int64(5), int64(12)]
  return Buffer.concat([...head(), ...topic, ...partition(trouble), ...aborted, int32(-1), int32(records.length), records])
}

function byId(trouble = 0): Buffer {
  const topic = [byte(2), Buffer.from(id.replaceAll('-', ''), 'hex'), byte(2)]
  const aborted = [byte(3), int64(4000), int64(20), byte(0), int64(5), int64(12), byte(0)]
  // Newer brokers may add what nobody asked for.
  const tags = [byte(1), byte(1), byte(8), int64(1)]
  return Buffer.concat([
    ...head(),
    ...topic,
    ...partition(trouble),
    ...aborted,
    int32(-1),
    byte(records.length + 1),
    records,
    ...tags,
    byte(0),
    byte(0),
  ])
}

const forms = [
  ['by name', byName, (answer: Buffer, isCommitted: boolean) => parseAnswerByName(answer, isCommitted)],
  ['by id', byId, (answer: Buffer, isCommitted: boolean) => parseAnswerById(answer, wanted, isCommitted)],
] as const

test.each(forms)('an answer %s is understood', (_, write, parse) => {
  expect(parse(write(), true)).toEqual([
    {
      topic: 'clicks',
      partition: 7,
      trouble: null,
      latest: 30,
      aborted: [
        { producer: 5, firstOffset: 12 },
        { producer: 4000, firstOffset: 20 },
      ],
      bytes: new Uint8Array(records),
    },
  ])
  expect(parse(write(), false)).toMatchObject([{ latest: 2 ** 33 + 5, aborted: null }])
  expect(parse(write(3), false)).toMatchObject([{ trouble: 'UNKNOWN_TOPIC_OR_PARTITION' }])
})

test.each(forms)('an answer %s that is cut off anywhere is an error, or lacks what newer brokers add', (_, write, parse) => {
  const whole = write()
  for (let cut = 0; cut < whole.indexOf(records) + records.length; cut++) {
    expect(() => parse(whole.subarray(0, cut), true), `cut at ${cut}`).toThrow(RangeError)
  }
})

test.each(forms)('a trouble with all of an answer %s is told by its name', (_, _write, parse) => {
  expect(() => parse(Buffer.concat([...head(56), int32(0)]), true)).toThrow('Kafka answered KAFKA_STORAGE_ERROR')
})
