/** Tables in a Redis server, and what there is in it. */
import type { RedisServer } from './redis-server.fixture.ts'

/** A statement that creates a table; `at`: the options that connect to a server. */
export function redisTable(name: string, columns: string, options: Readonly<Record<string, string>>, at: string): string {
  const words = Object.entries(options).map(([key, value]) => `, '${key}' = '${value}'`)
  return `CREATE TABLE ${name} (${columns}) WITH (${at}${words.join('')});\n`
}

/** Names and values in turn, as an object. */
function fieldsOf(reply: unknown): Record<string, string> {
  const words = reply as string[]
  return Object.fromEntries(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? '']] : [])))
}

export async function hashIn(server: RedisServer, key: string): Promise<Record<string, string>> {
  return fieldsOf(await server.ask('HGETALL', key))
}

export async function entriesIn(server: RedisServer, stream: string): Promise<Record<string, string>[]> {
  const found = (await server.ask('XRANGE', stream, '-', '+')) as [string, string[]][]
  return found.map(([, fields]) => fieldsOf(fields))
}

export async function keysIn(server: RedisServer): Promise<string[]> {
  return ((await server.ask('KEYS', '*')) as string[]).toSorted()
}

/** Numbers from 0 on, so many a second, with the time at which they come. */
export const numbers = (rows: number, perSecond: number): string =>
  `CREATE TABLE numbers (n BIGINT, proctime AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${rows - 1}');\n`
