/** Statements of the fixture: what their text asks for decides what comes, up to thousands of changes a second. */
import type { ServerResponse } from 'node:http'

let lastText = ''

export function keepText(text: string): void {
  lastText = text
}

/** Streams that go on. */
const open = new Set<() => void>()

/** Ends what runs, as a cancelled statement ends. */
export function stopTexts(): void {
  for (const end of open) end()
}

const cities = ['Oslo', 'Lagos', 'Lima', 'Pune', 'Osaka', 'Quito', 'Turin', 'Perth', '<b>Rome</b>', '大连']

export function streamRows(url: URL, response: ServerResponse): void {
  let id = Number(url.searchParams.get('after') ?? 0)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const end = runText(lastText, (event) => {
    response.write(`id: ${++id}\ndata: ${JSON.stringify(event)}\n\n`)
    if (event.kind === 'ended') response.end()
  })
  open.add(end)
  response.on('close', () => {
    open.delete(end)
    end()
  })
}

/** Says what a text answers; gives what ends it. */
export function runText(text: string, say: Say): () => void {
  say({ kind: 'started', statement: text, line: 1, start: 0, end: text.length })
  if (/nowhere/i.test(text)) {
    say({ kind: 'failed', failures: [failureIn(text)] })
    say({ kind: 'ended', outcome: 'failed' })
    return () => undefined
  }
  if (/^CREATE|^DROP/i.test(text)) {
    say({ kind: 'done', message: /^drop/i.test(text) ? 'dropped it' : 'created table "orders"' })
    say({ kind: 'ended', outcome: 'finished' })
    return () => undefined
  }
  const perSecond = /fast/i.test(text) ? 5000 : 60
  const stop = /group by/i.test(text) ? updates(say, perSecond) : additions(say, perSecond)
  let told = 0
  const progress = setInterval(() => {
    told += 25
    say({ kind: 'progress', rowsIn: told * 10, rowsOut: told * 9, durationMs: told * 20, watermark: Date.now() })
  }, 500)
  let hasEnded = false
  return () => {
    if (hasEnded) return
    hasEnded = true
    stop()
    clearInterval(progress)
    say({ kind: 'ended', outcome: 'cancelled' })
  }
}

export interface FixtureEvent {
  readonly kind: string
  readonly [part: string]: unknown
}

type Say = (event: FixtureEvent) => void

function failureIn(text: string): unknown {
  const start = text.indexOf('nowhere')
  return {
    code: 'SQL_TABLE_NOT_FOUND',
    blame: 'user',
    message: 'table "nowhere" does not exist',
    detail: 'The tables are orders and payments.',
    hint: 'Create it first, or use "orders".',
    position: { start, end: start + 7, line: text.slice(0, start).split('\n').length, column: start - text.lastIndexOf('\n', start) },
    causes: [],
  }
}

function additions(say: Say, perSecond: number): () => void {
  const columns = [
    { name: 'id', type: 'BIGINT' },
    { name: 'city', type: 'STRING' },
    { name: 'amount', type: 'DECIMAL(10, 2)' },
    { name: 'placed_at', type: 'TIMESTAMP(3)' },
    { name: 'note', type: 'STRING' },
  ]
  say({ kind: 'opened', columns, updating: false, order: [] })
  let number = 0
  return every(20, () => {
    const rows = Array.from({ length: Math.ceil(perSecond / 50) }, () => {
      number++
      const at = new Date().toISOString().slice(0, 23).replace('T', ' ')
      const values = [
        number,
        cities[number % cities.length],
        (((number * 7919) % 100_000) / 100).toFixed(2),
        at,
        number % 7 === 0 ? null : `<img src=x onerror=alert(${number})>`,
      ]
      return { op: '+I', values }
    })
    say({ kind: 'changes', rows })
  })
}

function updates(say: Say, perSecond: number): () => void {
  const columns = [
    { name: 'city', type: 'STRING' },
    { name: 'orders', type: 'BIGINT' },
    { name: 'total', type: 'DOUBLE' },
  ]
  say({ kind: 'opened', columns, updating: true, order: [] })
  const totals = cities.flatMap((city) => [city, `${city} II`, `${city} III`]).map((city) => ({ city, orders: 0, total: 0 }))
  let number = 0
  return every(20, () => {
    const rows = Array.from({ length: Math.ceil(perSecond / 100) }, () => {
      number += 7
      const row = totals[number % totals.length] ?? { city: '', orders: 0, total: 0 }
      const before = [row.city, row.orders, row.total]
      row.orders++
      row.total = Math.round((row.total + (number % 97) / 3) * 100) / 100
      const after = [row.city, row.orders, row.total]
      return row.orders === 1
        ? [{ op: '+I', values: after }]
        : [
            { op: '-U', values: before },
            { op: '+U', values: after },
          ]
    })
    say({ kind: 'changes', rows: rows.flat() })
  })
}

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms)
  return () => clearInterval(timer)
}
