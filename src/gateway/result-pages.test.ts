import { expect, test } from 'vitest'
import { type Batch, batchOf, integerType, stringType } from '#data'
import { ResultPages } from './result-pages.ts'

const numbers = { schema: [{ name: 'n', type: integerType }], isQuery: true, jobId: null, isPlain: false }
const texts = { ...numbers, schema: [{ name: 'text', type: stringType }] }

function rowsFrom(first: number, count: number) {
  return batchOf(
    numbers.schema,
    Array.from({ length: count }, (_, row) => [first + row]),
  )
}

async function settled(promise: Promise<unknown> | undefined): Promise<boolean> {
  let isSettled = false
  void promise?.then(() => {
    isSettled = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  return isSettled
}

/** What there is to wait for, if anything. */
function add(pages: ResultPages, batch: Batch): Promise<void> | undefined {
  return pages.add(batch) ?? undefined
}

test('who gives rows waits while more than enough wait for the client, and goes on when they are fetched', async () => {
  const pages = new ResultPages(numbers)
  let waiting: Promise<void> | undefined
  let given = 0
  while (waiting === undefined) {
    waiting = add(pages, rowsFrom(given, 1000))
    given += 1000
  }
  expect(given).toBe(11_000)
  const fetched: unknown[] = []
  fetched.push(...(await pages.fetch(0, 0)).rows)
  expect([fetched.length, await settled(waiting)]).toEqual([5000, true])
})

test('few rows with much in them are more than enough too, and come on pages of their own', async () => {
  const pages = new ResultPages(texts)
  const row = batchOf(texts.schema, [['x'.repeat(3_000_000)]])
  expect(add(pages, row)).toBeUndefined()
  expect(add(pages, row)).toBeUndefined()
  const waiting = add(pages, row)
  expect(await settled(waiting)).toBe(false)
  expect((await pages.fetch(0, 0)).rows).toHaveLength(1)
  expect(await settled(waiting)).toBe(true)
})

test('who gives rows that nobody wants any more does not wait', async () => {
  const pages = new ResultPages(numbers)
  const waiting = add(pages, rowsFrom(0, 20_000))
  pages.drop()
  expect(await settled(waiting)).toBe(true)
  expect(add(pages, rowsFrom(0, 20_000))).toBeUndefined()
  expect((await pages.fetch(0, 0)).rows).toEqual([])
})

test('a page is there as soon as rows are, and empty when none come in time', async () => {
  const pages = new ResultPages(numbers)
  const first = pages.fetch(0, 60_000)
  void add(pages, rowsFrom(7, 1))
  expect((await first).rows.map(({ values }) => values)).toEqual([[7]])
  expect(await pages.fetch(1, 1)).toEqual({ rows: [], isEnd: false })
  expect(await pages.fetch(1, 1)).toEqual({ rows: [], isEnd: false })
})

test('two who ask for the same page at once get the same', async () => {
  const pages = new ResultPages(numbers)
  const both = [pages.fetch(0, 1000), pages.fetch(0, 1000)]
  void add(pages, rowsFrom(1, 2))
  const [one, other] = await Promise.all(both)
  expect(one?.rows).toHaveLength(2)
  expect(other).toBe(one)
})

test('a failure comes after the rows before it, and the end as often as it is asked for', async () => {
  const failing = new ResultPages(numbers)
  void add(failing, rowsFrom(1, 1))
  failing.fail(new Error('broken'))
  expect((await failing.fetch(0, 0)).rows).toHaveLength(1)
  await expect(failing.fetch(1, 0)).rejects.toThrow('broken')
  const ended = ResultPages.of(numbers, [[1]])
  await ended.fetch(0, 0)
  expect([await ended.fetch(1, 0), await ended.fetch(1, 0)]).toEqual([
    { rows: [], isEnd: true },
    { rows: [], isEnd: true },
  ])
})
