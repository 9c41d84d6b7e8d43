/** Compares the events of the Java source with those of Millrace, line by line: both sides must read the same. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Installation } from './install.ts'

const run = promisify(execFile)
const bufferMax = 2 ** 28

const fields: readonly (readonly string[])[] = [
  ['id', 'name', 'emailAddress', 'creditCard', 'city', 'state', 'dateTime', 'extra'],
  ['id', 'itemName', 'description', 'initialBid', 'reserve', 'dateTime', 'expires', 'seller', 'category', 'extra'],
  ['auction', 'bidder', 'price', 'channel', 'url', 'dateTime', 'extra'],
]
const kinds = ['person', 'auction', 'bid']
const times = new Set(['dateTime', 'expires'])

/** Fails at the first of so many events that is not the same. */
export async function compareEvents(count: number, millrace: string, { classPath }: Installation): Promise<void> {
  const [ours, theirs] = await Promise.all([
    ourEvents(count, millrace),
    run('java', ['-cp', classPath, 'millrace.bench.PrintEvents', String(count)], { maxBuffer: bufferMax }),
  ])
  const lines = theirs.stdout.trimEnd().split('\n')
  if (lines.length !== count || ours.length !== count) {
    throw new Error(`expected ${count} events, got ${ours.length} of Millrace and ${lines.length} of the Java source`)
  }
  const first = ours.findIndex((line, index) => line !== lines[index])
  if (first >= 0) throw new Error(`event ${first + 1} differs\n  Millrace: ${ours[first]}\n  Java:     ${lines[first]}`)
}

async function ourEvents(count: number, millrace: string): Promise<string[]> {
  const row = (kind: string, types: string): string => `${kind} ROW<${types}>`
  const typeOf = (field: string): string => {
    if (times.has(field)) return 'TIMESTAMP(3)'
    return /^(?:id|initialBid|reserve|seller|category|auction|bidder|price)$/.test(field) ? 'BIGINT' : 'STRING'
  }
  const columns = kinds.map((kind, index) => row(kind, (fields[index] ?? []).map((field) => `\`${field}\` ${typeOf(field)}`).join(', ')))
  const script = `
    CREATE TABLE events (event_type INT, ${columns.join(', ')}) WITH ('connector' = 'nexmark', 'events.num' = '${count}');
    SELECT event_type, person, auction, bid FROM events;`
  const child = run(millrace, ['run', '-', '--format', 'json'], { maxBuffer: bufferMax })
  child.child.stdin?.end(script)
  const { stdout } = await child
  return stdout.trimEnd().split('\n').map(lineOf)
}

/** As the Java source prints an event. */
function lineOf(text: string): string {
  const event = JSON.parse(text) as { readonly event_type: number } & Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  const kind = event.event_type
  const row = event[kinds[kind] ?? ''] ?? {}
  const values = (fields[kind] ?? []).map((field) =>
    times.has(field) ? Date.parse(`${String(row[field]).replace(' ', 'T')}Z`) : row[field],
  )
  return JSON.stringify([kind, ...values])
}
