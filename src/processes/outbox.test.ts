import { expect, test } from 'vitest'
import { Outbox } from './outbox.ts'
import { pageLengthMax, pageRowsMax, rowLengthMax, type StatementEvent } from './protocol.ts'

function outboxOf(room: number) {
  const sent: StatementEvent[] = []
  return { sent, outbox: new Outbox((event) => sent.push(event), room) }
}

const done = (message: string): StatementEvent => ({ kind: 'done', message })
const changes = (...rows: string[]): StatementEvent => ({ kind: 'changes', rows: rows.length, json: `[${rows.join(',')}]` })

test('what comes is sent in order while there is room, and waits after that', async () => {
  const { sent, outbox } = outboxOf(2)
  outbox.add(done('1'))
  expect(outbox.addRows(['2', '3'])).toBeUndefined()
  void outbox.addRows(['4'])
  void outbox.addRows(['5', '6'])
  outbox.add(done('7'))
  expect(sent).toEqual([done('1'), changes('2', '3')])
  const emptied = outbox.emptied()
  outbox.giveRoom(1)
  expect(sent.slice(2)).toEqual([changes('4', '5', '6')])
  outbox.giveRoom(5)
  await emptied
  expect(sent.slice(3)).toEqual([done('7')])
})

test('pages have so many rows and characters at most', () => {
  const { sent, outbox } = outboxOf(0)
  void outbox.addRows(Array.from({ length: pageRowsMax + 1 }, () => '1'))
  void outbox.addRows(['x'.repeat(pageLengthMax), 'y'])
  outbox.giveRoom(10)
  expect(sent.map((event) => ('rows' in event ? event.rows : 0))).toEqual([pageRowsMax, 1, 1, 1])
})

test('who makes rows faster than they are read is held back', async () => {
  const { outbox } = outboxOf(1)
  const row = 'x'.repeat(pageLengthMax)
  expect(outbox.addRows([row])).toBeUndefined()
  const held = outbox.addRows([row, row, row])
  expect(held).toBeInstanceOf(Promise)
  outbox.giveRoom(1)
  await held
})

test('rows that nobody can be shown, and answers that nobody reads, fail', () => {
  const { outbox } = outboxOf(0)
  expect(() => outbox.addRows(['x'.repeat(rowLengthMax + 1)])).toThrow('a row is longer than')
  expect(() => outbox.add({ kind: 'table', columns: [], rows: 1, json: 'x'.repeat(rowLengthMax) })).toThrow('a row is longer than')
  expect(() => {
    for (let each = 0; each < 100_000; each++) outbox.add(done(''))
  }).toThrow('more than anybody reads')
  const rows = outboxOf(0).outbox
  expect(() => rows.addRows(Array.from({ length: 100 }, () => 'x'.repeat(1_000_000)))).toThrow('more than anybody reads')
})

test('what is dropped holds nobody back', async () => {
  const { sent, outbox } = outboxOf(0)
  const held = outbox.addRows(Array.from({ length: 4 }, () => 'x'.repeat(pageLengthMax)))
  outbox.drop()
  await held
  await outbox.emptied()
  expect(outbox.addRows(['y'.repeat(pageLengthMax), 'y'.repeat(pageLengthMax), 'y'.repeat(pageLengthMax)])).toBeUndefined()
  outbox.giveRoom(10)
  expect(sent).toEqual([])
})
