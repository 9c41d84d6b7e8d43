/** A durable run as a process of its own, killed at any moment and started again until it ends. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBlobs } from '#blobs'

const nexmark = (events: number): string => `
CREATE TABLE nexmark (
  event_type INT,
  person ROW<id BIGINT, name STRING, city STRING, state STRING, \`dateTime\` TIMESTAMP(3)>,
  auction ROW<id BIGINT, itemName STRING, reserve BIGINT, \`dateTime\` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, \`dateTime\` TIMESTAMP(3)>,
  moment AS CASE WHEN event_type = 0 THEN person.\`dateTime\` WHEN event_type = 1 THEN auction.\`dateTime\` ELSE bid.\`dateTime\` END,
  WATERMARK FOR moment AS moment - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'events.num' = '${events}');
CREATE VIEW person AS SELECT person.id, person.name, person.city, person.state, moment FROM nexmark WHERE event_type = 0;
CREATE VIEW auction AS SELECT auction.id, auction.itemName, auction.reserve, moment, auction.expires, auction.seller, auction.category FROM nexmark WHERE event_type = 1;
CREATE VIEW seller AS SELECT seller, category, moment FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY seller ORDER BY moment DESC) AS place FROM auction) WHERE place = 1;
CREATE VIEW bid AS SELECT bid.auction, bid.bidder, bid.price, bid.channel, moment FROM nexmark WHERE event_type = 2;
`

export interface KilledQuery {
  /** Columns of the sink, as in CREATE TABLE. */
  readonly columns: string
  readonly query: string
}

export interface Outcome {
  /** All committed rows, sorted. */
  readonly rows: readonly string[]
  /** How often the run was started. */
  readonly lives: number
  /** Files that nobody will ever read. */
  readonly leftovers: readonly string[]
}

export interface KilledHow {
  /** Where checkpoints are kept; left out: in a folder of this machine. */
  readonly dataDir?: string
  /** How many workers share a life; left out: one. Lives are counted from 1. */
  readonly workers?: (life: number) => number
  /** How much memory a life has for state; '': enough. */
  readonly memory?: (life: number) => string
  /** Whether the rows replace what was there. */
  readonly overwrites?: boolean
}

/**
 * Runs a query over generated events to its end. Each life is killed `killAfterMs` after its first checkpoint, so that every life gets
 * somewhere; null lets it live.
 */
export async function runKilled(
  { columns, query }: KilledQuery,
  events: number,
  killAfterMs: () => number | null,
  { dataDir, workers = () => 1, memory = () => '', overwrites = false }: KilledHow = {},
): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-killed-'))
  try {
    const script = path.join(folder, 'script.sql')
    const rows = path.join(folder, 'rows')
    const spilled = path.join(folder, 'spilled')
    await mkdir(spilled)
    await mkdir(rows)
    if (overwrites) await writeFile(path.join(rows, 'before.csv'), 'what was there\n')
    const sink = `CREATE TABLE sink (${columns}) WITH ('connector' = 'filesystem', 'path' = '${rows}', 'format' = 'csv');`
    const state = dataDir ?? path.join(folder, 'state')
    const flags = ['--data-dir', state, '--checkpoint-interval', '40ms']
    let lives = 0
    let ended = false
    while (!ended) {
      lives += 1
      const settings = {
        'parallelism.default': workers(lives),
        'taskmanager.memory.managed.size': memory(lives),
        'io.tmp.dirs': spilled,
      }
      const set = Object.entries(settings).map(([key, value]) => `SET '${key}' = '${value}';\n`)
      await writeFile(script, `${set.join('')}${nexmark(events)}${sink}\nINSERT ${overwrites ? 'OVERWRITE' : 'INTO'} sink ${query};\n`)
      ended = await live(['run', script, ...flags], state, killAfterMs())
    }
    const names = await readdir(rows)
    const texts = await Promise.all(names.filter((name) => !name.startsWith('.')).map((name) => readFile(path.join(rows, name), 'utf8')))
    const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''))
    return { rows: lines.sort(), lives, leftovers: [...names.filter((name) => name.startsWith('.')), ...(await readdir(spilled))] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One life of the process: true when it came to its end, false when it was killed. */
function live(words: readonly string[], state: string, killAfterMs: number | null): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // A group of its own, since the launcher may start another Node.
    const child = spawn(path.resolve('bin/millrace'), words, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString()
    })
    const ended = new AbortController()
    if (killAfterMs !== null) void killAfterCheckpoint(state, killAfterMs, ended.signal, () => process.kill(-(child.pid ?? 0), 'SIGKILL'))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      ended.abort()
      if (status === 0) resolve(true)
      else if (signal === 'SIGKILL' || status === 128 + 9) resolve(false)
      else reject(new Error(`the run ended with status ${status}: ${said}`))
    })
  })
}

async function killAfterCheckpoint(state: string, ms: number, ended: AbortSignal, kill: () => void): Promise<void> {
  const before = await checkpointsIn(state)
  while (!ended.aborted && (await checkpointsIn(state)) === before) await sleep(5)
  await sleep(ms)
  if (!ended.aborted) kill()
}

/** The name of the newest checkpoint. */
async function checkpointsIn(state: string): Promise<string> {
  const found = await openBlobs(`${state}/statement-1`).list('checkpoints/')
  return found.at(-1)?.name ?? ''
}
