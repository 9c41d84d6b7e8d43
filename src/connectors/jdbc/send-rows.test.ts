import { describe, expect, test } from 'vitest'
import { batchOf, bigintType, changeDelete, changeInsert, changeUpdateAfter, stringType } from '#data'
import type { Statement, Texts } from './dialect.ts'
import { PendingRows } from './pending-rows.ts'
import { type Sending, sendRows } from './send-rows.ts'

const schema = [
  { name: 'a', type: bigintType },
  { name: 'b', type: stringType },
]

function pendingOf(rows: unknown[][], kinds?: number[]): PendingRows {
  const pending = new PendingRows(2)
  pending.add(batchOf(schema, rows, kinds), schema, [String, String])
  return pending
}

describe('rows that wait', () => {
  test('only the last change of a key counts', () => {
    const pending = pendingOf(
      [
        [1, 'x'],
        [2, 'x'],
        [1, 'y'],
        [2, 'x'],
        [3, 'x'],
        [3, 'x'],
        [3, 'z'],
      ],
      [changeInsert, changeInsert, changeUpdateAfter, changeDelete, changeInsert, changeDelete, changeInsert],
    )
    expect(pending.latest([0])).toEqual({ puts: [2, 6], removes: [3] })
    expect(pending.latest([]).puts).toHaveLength(7)
  })
  test('keys of several columns are not mixed up', () => {
    const pending = new PendingRows(2)
    const texts = [{ name: 'a', type: stringType }, schema[1] as (typeof schema)[number]]
    pending.add(
      batchOf(texts, [
        ['1:a', 'b'],
        ['1', ':ab'],
        ['1:a', 'b'],
      ]),
      texts,
      [String, String],
    )
    expect(pending.latest([0, 1]).puts).toEqual([2, 1])
  })
})

/** A database that refuses rows of some values, and all statements that hold one. */
function databaseOf(refused: readonly string[], perStatement = 8) {
  const log: string[] = []
  const refusals: string[] = []
  const held = new Set<string>()
  const make =
    (verb: string) =>
    (texts: Texts, rows: readonly number[]): Statement => ({ sql: verb, values: rows.map((row) => texts[0]?.[row] ?? null) })
  const sending = (texts: Texts): Sending => ({
    statements: { rowsPerStatement: () => perStatement, put: make('put'), remove: make('remove') },
    bytesMax: 1000,
    run: async ({ sql, values }) => {
      log.push(`${sql} ${values.length}`)
      if (values.some((value) => refused.includes(String(value)))) throw Object.assign(new Error('no'), { code: '23514' })
      for (const value of values) {
        if (sql === 'put') held.add(String(value))
        else held.delete(String(value))
      }
    },
    refuse: (row) => refusals.push(String(texts[0]?.[row])),
  })
  return { log, refusals, held, sending }
}

describe('sending', () => {
  const texts = [Array.from({ length: 20 }, (_, at) => `r${at}`)]
  const all = texts[0]?.map((_, at) => at) ?? []

  test('rows that are refused are found, and all others are sent once', async () => {
    const database = databaseOf(['r3', 'r4', 'r19'])
    await sendRows(texts, { puts: all, removes: [] }, database.sending(texts))
    expect(database.refusals).toEqual(['r3', 'r4', 'r19'])
    expect([...database.held]).toEqual(texts[0]?.filter((text) => !['r3', 'r4', 'r19'].includes(text)))
    expect(database.log.length).toBeLessThan(20)
  })
  test('what goes makes room for what comes', async () => {
    const database = databaseOf([])
    await sendRows(texts, { puts: [0, 1], removes: [1, 2] }, database.sending(texts))
    expect(database.log).toEqual(['remove 2', 'put 2'])
  })
  test('statements are no longer than they may be', async () => {
    const database = databaseOf([], 1000)
    const long = [Array.from({ length: 20 }, () => 'x'.repeat(240))]
    await sendRows(long, { puts: all, removes: [] }, database.sending(long))
    expect(database.log).toEqual(['put 4', 'put 4', 'put 4', 'put 4', 'put 4'])
  })
  test('other failures are not looked into', async () => {
    const database = databaseOf([])
    const broken: Sending = {
      ...database.sending(texts),
      run: () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' })),
    }
    await expect(sendRows(texts, { puts: all, removes: [] }, broken)).rejects.toThrow('gone')
  })
})
