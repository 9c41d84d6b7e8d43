/** Rows that are sent: when enough of them wait, after some time, and all of them where asked for. */
import { expect, test } from 'vitest'
import { Flusher } from './flusher.ts'

/** Sends up to three rows at a time, each time when it is told to. */
class Sent {
  readonly waiting: number[] = []
  readonly sent: number[][] = []
  readonly flusher: Flusher
  readonly #onItsWay: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []

  constructor(afterMs: number | null = null) {
    this.flusher = new Flusher({
      waiting: () => (this.waiting.length >= 3 ? 'enough' : this.waiting.length > 0 ? 'some' : 'none'),
      sendSome: () => {
        this.sent.push(this.waiting.splice(0, 3))
        return new Promise((resolve, reject) => this.#onItsWay.push({ resolve, reject }))
      },
      afterMs,
    })
  }

  add(...rows: readonly number[]): boolean {
    this.waiting.push(...rows)
    return this.flusher.begin()
  }

  async arrive(): Promise<void> {
    this.#onItsWay.shift()?.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }

  async fail(): Promise<void> {
    this.#onItsWay.shift()?.reject(new Error('lost'))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('one flush goes on at a time, and leaves what is not enough', async () => {
  const rows = new Sent()
  expect([rows.add(1, 2), rows.sent]).toEqual([false, []])
  expect([rows.add(3), rows.sent]).toEqual([true, [[1, 2, 3]]])
  rows.add(4, 5, 6, 7)
  expect(rows.sent).toEqual([[1, 2, 3]])
  let waited = false
  const over = rows.flusher.wait().then(() => {
    waited = true
  })
  await rows.arrive()
  expect([rows.sent.at(1), waited]).toEqual([[4, 5, 6], false])
  await rows.arrive()
  await over
  expect([rows.sent.length, rows.waiting]).toEqual([2, [7]])
})

test('after some time all are sent', async () => {
  const rows = new Sent(20)
  rows.add(1)
  rows.add(2)
  expect(rows.sent).toEqual([])
  await expect.poll(() => rows.sent).toEqual([[1, 2]])
  rows.add(3)
  await rows.arrive()
  await expect.poll(() => rows.sent).toEqual([[1, 2], [3]])
  await rows.arrive()
})

test('settling sends all, also what comes meanwhile', async () => {
  const rows = new Sent()
  rows.add(1, 2, 3, 4)
  let isSettled = false
  const settled = rows.flusher.settle().then(() => {
    isSettled = true
  })
  await rows.arrive()
  expect(rows.sent).toEqual([[1, 2, 3], [4]])
  rows.add(5)
  await rows.arrive()
  expect([rows.sent.at(2), isSettled]).toEqual([[5], false])
  await rows.arrive()
  await settled
})

test('after a failure nothing more is sent, and everything that asks is told', async () => {
  const rows = new Sent(1)
  rows.add(1, 2, 3)
  const waited = rows.flusher.wait().catch((error: unknown) => error)
  await rows.fail()
  expect(await waited).toMatchObject({ message: 'lost' })
  rows.add(4, 5, 6)
  expect(() => rows.flusher.check()).toThrow('lost')
  await expect(rows.flusher.settle()).rejects.toThrow('lost')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(rows.sent).toEqual([[1, 2, 3]])
})

test('closed, it waits for what is on its way and begins nothing', async () => {
  const rows = new Sent(1)
  rows.add(1, 2, 3, 4)
  let isClosed = false
  const closed = rows.flusher.close().then(() => {
    isClosed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([rows.sent, isClosed]).toEqual([[[1, 2, 3]], false])
  await rows.arrive()
  await closed
  rows.add(5, 6, 7)
  expect(rows.sent).toEqual([[1, 2, 3]])
})
