import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import {
  batchOf,
  bigintType,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  changeUpdateBefore,
  type DataType,
  type Schema,
  stringType,
} from '#data'
import type { ConnectorTable } from '../connector.ts'
import { unwatchedWrite } from '../requests.fixture.ts'
import { createPrintConnector } from './connector.ts'
import { javaPrinter } from './java-text.ts'

/** A stream that keeps what it gets and takes the next piece only when released, if it is slow. */
class Kept extends Writable {
  text = ''
  release: () => void = () => undefined
  readonly #slow: boolean

  constructor(slow = false) {
    super({ highWaterMark: 8 })
    this.#slow = slow
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.text += piece.toString()
    if (this.#slow) this.release = done
    else done()
  }
}

const schema: Schema = [
  { name: 'id', type: bigintType },
  { name: 'name', type: stringType },
]

async function writerTo(
  output: Writable,
  options: Record<string, string> = {},
  error: Writable = new Kept(),
  signal = new AbortController().signal,
) {
  const clock = { nowMs: () => 0, monotonicMs: () => 0 }
  const all = { connector: 'print', ...options }
  const table: ConnectorTable = {
    name: 'out',
    schema,
    options: all,
    primaryKey: [],
    partitionedBy: [],
    metadataColumns: [],
    timeZone: 'UTC',
    clock,
  }
  const sink = createPrintConnector(() => ({ output, error })).sink?.(table)
  if (sink === undefined) throw new TypeError('the connector can be written')
  return sink.open({ schema, overwrite: false, ...unwatchedWrite, signal })
}

const rows = [
  [1, 'a'],
  [2, null],
]

test('a row is a line', async () => {
  const output = new Kept()
  const writer = await writerTo(output)
  await writer.write(batchOf(schema, rows))
  await writer.prepare()
  expect(output.text).toBe('+I[1, a]\n+I[2, null]\n')
})

test('rows neither steer a terminal nor mix with what was drawn on it', async () => {
  const output = Object.assign(new Kept(), { isTTY: true })
  const writer = await writerTo(output)
  await writer.write(batchOf(schema, [[1, 'a\u001b[2Jb']]))
  await writer.prepare()
  expect(output.text).toBe('\r\u001b[K+I[1, a\ufffd[2Jb]\n')
})

test('changes show their kind, after the identifier', async () => {
  const output = new Kept()
  const writer = await writerTo(output, { 'print-identifier': 'orders' })
  const kinds = [changeInsert, changeUpdateBefore, changeUpdateAfter, changeDelete]
  await writer.write(batchOf(schema, [...rows, ...rows], kinds))
  await writer.prepare()
  expect(output.text).toBe('orders> +I[1, a]\norders> -U[2, null]\norders> +U[1, a]\norders> -D[2, null]\n')
})

test('rows go to the standard error when asked', async () => {
  const [output, error] = [new Kept(), new Kept()]
  const writer = await writerTo(output, { 'standard-error': 'true' }, error)
  await writer.write(batchOf(schema, rows))
  expect([output.text, error.text]).toEqual(['', '+I[1, a]\n+I[2, null]\n'])
})

test('a slow stream holds the writer up', async () => {
  const output = new Kept(true)
  const writer = await writerTo(output)
  let settled = false
  const write = Promise.resolve(writer.write(batchOf(schema, rows))).then(() => (settled = true))
  await new Promise(setImmediate)
  expect(settled).toBe(false)
  output.release()
  await write
  expect(settled).toBe(true)
})

test('an abort ends the wait for a slow stream', async () => {
  const stop = new AbortController()
  const writer = await writerTo(new Kept(true), {}, new Kept(), stop.signal)
  const write = writer.write(batchOf(schema, rows))
  const prepare = writer.prepare()
  stop.abort()
  await write
  expect(await prepare).toBeNull()
})

test('a closed stream is an error, at once and later', async () => {
  const output = new Kept(true)
  const writer = await writerTo(output)
  const write = writer.write(batchOf(schema, rows))
  output.destroy(Object.assign(new TypeError('broken pipe'), { code: 'EPIPE' }))
  const closed = { code: 'CONNECTORS_PRINT_STREAM_CLOSED', blame: 'external', detail: 'The standard output was closed: broken pipe.' }
  await expect(write).rejects.toMatchObject(closed)
  expect(() => writer.write(batchOf(schema, rows))).toThrow('could not print the rows of table "out"')
  await writer.close()
})

test('much is printed in pieces', async () => {
  const output = new Kept()
  const writer = await writerTo(output)
  const many = Array.from({ length: 4000 }, (_, index) => [index, 'x'.repeat(100)])
  await writer.write(batchOf(schema, many))
  await writer.prepare()
  expect(output.text.split('\n').length).toBe(4001)
})

describe('values read as in Java', () => {
  const timestamp = (precision: number): DataType => ({ kind: 'timestamp', precision, nullable: true })
  const local = (precision: number): DataType => ({ kind: 'timestamp-ltz', precision, nullable: true })
  const decimal = (scale: number): DataType => ({ kind: 'decimal', precision: 38, scale, nullable: true })
  const time: DataType = { kind: 'time', precision: 3, nullable: true }
  const date: DataType = { kind: 'date', nullable: true }
  const months: DataType = { kind: 'interval-year-month', nullable: true }
  const duration: DataType = { kind: 'interval-day-time', nullable: true }
  const cases: readonly [DataType, unknown, string][] = [
    [{ kind: 'boolean', nullable: true }, true, 'true'],
    [bigintType, 9223372036854775807n, '9223372036854775807'],
    [{ kind: 'double', nullable: true }, 1, '1.0'],
    [{ kind: 'double', nullable: true }, 1.5e-7, '1.5E-7'],
    [{ kind: 'float', nullable: true }, Math.fround(0.1), '0.1'],
    [decimal(0), 12, '12'],
    [decimal(2), -5, '-0.05'],
    [decimal(6), 1, '0.000001'],
    [decimal(7), 1, '1E-7'],
    [decimal(9), -123, '-1.23E-7'],
    [decimal(18), 0, '0E-18'],
    [{ kind: 'varbinary', length: 9, nullable: true }, Uint8Array.of(1, 255), '[1, -1]'],
    [date, 0, '1970-01-01'],
    [date, 2932897, '+10000-01-01'],
    [time, 45_000_000, '12:30'],
    [time, 45_015_000, '12:30:15'],
    [time, 45_000_120, '12:30:00.120'],
    [timestamp(3), 0, '1970-01-01T00:00'],
    [timestamp(3), -1, '1969-12-31T23:59:59.999'],
    [timestamp(6), 1_000_001, '1970-01-01T00:00:01.000001'],
    [timestamp(9), 1_000_000_001, '1970-01-01T00:00:01.000000001'],
    [local(3), 0, '1970-01-01T00:00:00Z'],
    [local(3), 1500, '1970-01-01T00:00:01.500Z'],
    [months, 14, 'P1Y2M'],
    [months, -12, 'P-1Y'],
    [months, 0, 'P0D'],
    [duration, 0, 'PT0S'],
    [duration, 93_784_500, 'PT26H3M4.5S'],
    [duration, -1500, 'PT-1.5S'],
    [duration, -500, 'PT-0.5S'],
    [duration, 3_600_000, 'PT1H'],
    [{ kind: 'array', element: stringType, nullable: true }, ['a', null], '[a, null]'],
    [{ kind: 'map', key: stringType, value: bigintType, nullable: true }, new Map([['a', 1]]), '{a=1}'],
    [{ kind: 'multiset', element: stringType, nullable: true }, new Map([['a', 2]]), '{a=2}'],
    [{ kind: 'row', fields: schema, nullable: true }, [1, null], '+I[1, null]'],
  ]
  test.each(cases)('%j %s', (type, value, text) => {
    expect(javaPrinter(type)(value)).toBe(text)
    expect(javaPrinter(type)(null)).toBe('null')
  })
})
