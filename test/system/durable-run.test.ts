/** Durable runs whose checkpoints are kept in a bucket of a real server. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openBlobs } from '#blobs'
import { runKilled } from '../recovery/killed-run.ts'
import { type S3Server, startS3Server } from './s3-server.fixture.ts'

let server: S3Server
let folder: string
let place: string
let places = 0
const children: ChildProcess[] = []

beforeAll(async () => {
  server = await startS3Server()
})
afterAll(() => server.remove())
beforeEach(async () => {
  for (const [name, value] of Object.entries(server.variables)) vi.stubEnv(name, value)
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-durable-'))
  place = `s3://${server.bucket}/run-${++places}`
})
afterEach(async () => {
  for (const child of children.splice(0)) end(child, 'SIGKILL')
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** Counts numbers by windows: the sums tell whether one was lost or came twice. */
function script(rows: number, perSecond: number): string {
  return `
CREATE TABLE numbers (n BIGINT, \`time\` AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR \`time\` AS \`time\`)
  WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${rows - 1}');
CREATE TABLE sums (ends TIMESTAMP_LTZ(3), numbers BIGINT, total BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}/sums', 'format' = 'csv');
INSERT INTO sums SELECT window_end, COUNT(*), SUM(n) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(\`time\`), INTERVAL '1' SECOND))
  GROUP BY window_start, window_end;`
}

interface Ended {
  readonly status: number | null
  readonly out: string
  readonly notes: string
}

function start(words: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(path.resolve('bin/millrace'), words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  children.push(child)
  const texts = { out: '', notes: '' }
  child.stdout?.on('data', (bytes: Buffer) => {
    texts.out += bytes.toString()
  })
  child.stderr?.on('data', (bytes: Buffer) => {
    texts.notes += bytes.toString()
  })
  return { child, ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, ...texts }))) }
}

function run(...words: readonly string[]): Promise<Ended> {
  return start(words).ended
}

/** The launcher may have started another Node: both are of one group. */
function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): void {
  try {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

async function writeScript(rows: number, perSecond: number): Promise<readonly string[]> {
  await writeFile(path.join(folder, 'script.sql'), script(rows, perSecond))
  return ['run', 'script.sql', '--data-dir', place, '--checkpoint-interval', '100ms']
}

async function checkpoints(): Promise<string[]> {
  return (await openBlobs(`${place}/statement-1`).list('checkpoints/')).map(({ name }) => name)
}

function numberOf(names: readonly string[], place: number): number {
  return Number(/\d+/.exec(names.at(place) ?? '')?.[0])
}

async function untilCheckpoint(after: string): Promise<string> {
  for (;;) {
    const newest = (await checkpoints()).at(-1) ?? ''
    if (newest > after) return newest
    await sleep(20)
  }
}

async function numbersWritten(): Promise<number[]> {
  const names = (await readdir(path.join(folder, 'sums'))).filter((name) => !name.startsWith('.'))
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, 'sums', name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== '')).sort()
  return lines.map((line) => Number(line.split(',')[1]))
}

const thousands = (count: number): number[] => Array.from({ length: count }, () => 1000)

test('killed and started again, it loses nothing and writes nothing twice', async () => {
  const query = {
    columns: 'auction BIGINT, bidder BIGINT, price BIGINT, item STRING',
    query: 'SELECT B.auction, B.bidder, B.price, A.itemName FROM bid AS B JOIN auction AS A ON B.auction = A.id WHERE A.category = 10',
  }
  const undisturbed = await runKilled(query, 200_000, () => null)
  expect(undisturbed.rows.length).toBeGreaterThan(0)
  let kills = 0
  const killed = await runKilled(query, 200_000, () => (++kills <= 3 ? 30 * kills : null), { dataDir: place })
  expect(killed.lives).toBeGreaterThan(1)
  expect(killed.rows).toEqual(undisturbed.rows)
  expect(killed.leftovers).toEqual([])
  expect(await openBlobs(`${place}/statement-1`).list('.lock')).toEqual([])
})

test('a second run is refused while the first one goes on', async () => {
  const words = await writeScript(100_000, 20_000)
  const first = start(words)
  await untilCheckpoint('')
  const second = await run(...words)
  expect(second).toMatchObject({ status: 1, notes: expect.stringContaining(`"${place}/statement-1" is in use by another run`) })
  end(first.child, 'SIGTERM')
  expect((await first.ended).status).toBe(130)
  expect((await run(...words)).status).toBe(0)
  expect(await numbersWritten()).toEqual(thousands(100))
})

test('a server that is gone for a while is waited for, and nothing is lost', async () => {
  const words = await writeScript(100_000, 20_000)
  const { ended } = start(words)
  await untilCheckpoint('')
  await server.stop()
  await sleep(3000)
  await server.restart()
  expect(await ended).toMatchObject({ status: 0 })
  expect(await numbersWritten()).toEqual(thousands(100))
})

test('a run that its place was taken from stops before it publishes anything more', async () => {
  const words = await writeScript(1_000_000, 20_000)
  const { ended } = start(words)
  await untilCheckpoint('')
  const store = openBlobs(`${place}/statement-1`)
  const writer = await store.create('.lock')
  await writer.append(Buffer.from(JSON.stringify({ host: 'elsewhere', pid: 1, token: 'another' })))
  await writer.finish()
  const before = await checkpoints()
  expect(await ended).toMatchObject({ status: 3, notes: expect.stringContaining('was taken over by another run') })
  // One may have been on its way.
  expect(numberOf(await checkpoints(), -1) - numberOf(before, -1)).toBeLessThanOrEqual(1)
  expect(Buffer.from(await store.read('.lock')).toString()).toContain('another')
})

test('a damaged object is named by verify, and the run refuses to start from it', async () => {
  const words = await writeScript(100_000, 20_000)
  const { child, ended } = start(words)
  await untilCheckpoint(await untilCheckpoint(await untilCheckpoint('')))
  end(child, 'SIGTERM')
  await ended
  expect(await run('checkpoint', 'verify', place)).toMatchObject({ status: 0 })
  const newest = (await checkpoints()).at(-1) ?? ''
  const store = openBlobs(`${place}/statement-1`)
  const bytes = Buffer.from(await store.read(newest))
  bytes[20] = (bytes[20] ?? 0) ^ 1
  const writer = await store.create(newest)
  await writer.append(bytes)
  await writer.finish()
  const verified = await run('checkpoint', 'verify', place)
  expect(verified).toMatchObject({ status: 1, out: expect.stringContaining(`damaged  statement-1/${newest}`) })
  const refused = await run(...words)
  expect(refused).toMatchObject({ status: 3, notes: expect.stringContaining(`"${newest}" in "${place}/statement-1" is damaged`) })
  const earlier = numberOf(await checkpoints(), -2)
  expect((await run(...words, '--from-checkpoint', String(earlier))).status).toBe(0)
  expect(await run('checkpoint', 'verify', place)).toMatchObject({ status: 0 })
})

test('a checkpoint is exported to a folder, and a run starts from there', async () => {
  const words = await writeScript(100_000, 20_000)
  const { child, ended } = start(words)
  await untilCheckpoint(await untilCheckpoint(''))
  end(child, 'SIGTERM')
  await ended
  expect((await run('checkpoint', 'export', place, '--to', 'copy')).status).toBe(0)
  const other = `s3://${server.bucket}/other-${places}`
  const fromCopy = ['run', 'script.sql', '--data-dir', other, '--from-checkpoint', 'copy']
  expect(await run(...fromCopy)).toMatchObject({ status: 0, notes: expect.stringContaining('went on from checkpoint') })
  expect(await numbersWritten()).toEqual(thousands(100))
})
