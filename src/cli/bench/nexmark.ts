/** The queries of the Nexmark benchmark over the built-in generator, as examples/nexmark/ has them. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type BenchQuery, type BenchSuite, digestSink } from './suite.ts'

/** What the files name, for a run from their own folder. */
const eventsInScript = `'events.num' = '100000'`
const sideInputInScript = `'side-input.csv'`
const sideInputKeys = 10_000

export interface NexmarkPlaces {
  /** The folder that holds examples/. */
  readonly root: string
  /** An empty folder that lasts as long as the queries are used. */
  readonly scratch: string
}

export async function nexmarkSuite(events: number, { root, scratch }: NexmarkPlaces): Promise<BenchSuite> {
  const folder = path.join(root, 'examples', 'nexmark')
  const tables = await readFile(path.join(folder, 'tables.sql'), 'utf8')
  const sideInput = path.join(scratch, 'side-input.csv')
  await writeFile(sideInput, Array.from({ length: sideInputKeys }, (_, key) => `${key},v${key}\n`).join(''))
  const names = (await readdir(folder)).flatMap((name) => /^(q\d+)\.sql$/.exec(name)?.[1] ?? [])
  names.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
  return {
    name: 'nexmark',
    input: `${events.toLocaleString('en-US')} events, generated`,
    rows: events,
    prepare: tables.replace(eventsInScript, `'events.num' = '${events}'`).replace(sideInputInScript, quoted(sideInput)),
    reading: {
      name: 'generator',
      shows: 'the least that every query pays for its events',
      statement: "CREATE TABLE sink WITH ('connector' = 'blackhole') AS SELECT event_type, `dateTime` FROM nexmark;",
    },
    queries: await Promise.all(names.map(async (name) => queryOf(name, await readFile(path.join(folder, `${name}.sql`), 'utf8'), scratch))),
  }
}

/** The first line of a file is a comment that says what its query shows. */
function queryOf(name: string, text: string, scratch: string): BenchQuery {
  const end = text.indexOf('\n')
  const shows = text.slice(0, end).replace(/^-- /, '')
  return { name, shows, statement: `CREATE TABLE sink ${sinkOf(name, scratch)} AS\n${text.slice(end + 1)}` }
}

/** One query is about files. */
function sinkOf(name: string, scratch: string): string {
  if (name !== 'q10') return digestSink
  return `PARTITIONED BY (dt, hm) WITH ('connector' = 'filesystem', 'path' = ${quoted(path.join(scratch, 'q10'))}, 'format' = 'csv')`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
