/** Durable runs from topic to topic that are killed and started again: each row is there once, in the order of its partition. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openBlobs } from '#blobs'
import { openTopics, recordsOf } from '#topics'

const rows = 400_000
const rowsALife = 20_000
const keys = 100
const kills = 4

/** A life that is to be killed waits for more rows: however fast it is, it does not come to its end before. */
const script = (folder: string, workers: number, isBounded: boolean): string => `
SET 'parallelism.default' = '${workers}';
CREATE TABLE clicks (id BIGINT, person STRING) WITH (
  'connector' = 'topic', 'path' = '${folder}/topics', 'topic' = 'clicks', 'format' = 'json', 'group.id' = 'copy'${isBounded ? ", 'scan.bounded.mode' = 'latest-offset'" : ''});
CREATE TABLE copied (person STRING, id BIGINT) WITH (
  'connector' = 'topic', 'path' = '${folder}/topics', 'topic' = 'copied', 'partitions' = '2', 'segment.size' = '1 mb',
  'format' = 'json', 'key.format' = 'raw', 'key.fields' = 'person');
CREATE TABLE counted (person STRING, clicks BIGINT, PRIMARY KEY (person) NOT ENFORCED) WITH (
  'connector' = 'topic', 'path' = '${folder}/topics', 'topic' = 'counted', 'changelog' = 'upsert', 'key.format' = 'raw', 'value.format' = 'json');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO copied SELECT person, id FROM clicks;
  INSERT INTO counted SELECT person, COUNT(*) FROM clicks GROUP BY person;
END;
`

/** Appends the rows with these numbers. */
async function fill(folder: string, first: number, end: number): Promise<void> {
  const topics = await openTopics(path.join(folder, 'topics'))
  const topic = await topics.topic('clicks', { partitions: 3 })
  for (let from = first; from < end; from += 10_000)
    await topic.append(
      Array.from({ length: 10_000 }, (_, i) => ({
        key: `p${(from + i) % keys}`,
        value: JSON.stringify({ id: from + i, person: `p${(from + i) % keys}` }),
      })),
    )
  topics.close()
}

/** One life: what it said when the run came to its end, else null. */
function live(folder: string, killAfterMs: number | null): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const words = ['run', path.join(folder, 'script.sql'), '--data-dir', path.join(folder, 'state'), '--checkpoint-interval', '40ms']
    const child = spawn(path.resolve('bin/millrace'), words, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => {
      said += String(bytes)
    })
    const ended = new AbortController()
    if (killAfterMs !== null) void killLater(folder, killAfterMs, ended.signal, () => process.kill(-(child.pid ?? 0), 'SIGKILL'))
    child.on('error', reject)
    child.on('close', (status, signal) => {
      ended.abort()
      if (status === 0) resolve(said)
      else if (signal === 'SIGKILL' || status === 128 + 9) resolve(null)
      else reject(new Error(`the run ended with status ${status}: ${said}`))
    })
  })
}

/** Kills after the next checkpoint, so that every life gets somewhere. */
async function killLater(folder: string, ms: number, ended: AbortSignal, kill: () => void): Promise<void> {
  const newest = async (): Promise<string> =>
    (await openBlobs(path.join(folder, 'state', 'statement-1')).list('checkpoints/')).at(-1)?.name ?? ''
  const before = await newest()
  while (!ended.aborted && (await newest()) === before) await sleep(5)
  await sleep(ms)
  if (!ended.aborted) kill()
}

test('every row is there once, and groups know how far the run has read', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-topic-runs-'))
  let lives = 0
  let said: string | null = null
  for (; said === null; lives++) {
    // Something new for each life, so that it has a checkpoint to make.
    const end = rows - (kills - lives) * rowsALife
    await fill(folder, lives === 0 ? 0 : end - rowsALife, end)
    await writeFile(path.join(folder, 'script.sql'), script(folder, 1 + (lives % 2), lives === kills))
    said = await live(folder, lives < kills ? Math.random() * 120 : null)
  }
  const topics = await openTopics(path.join(folder, 'topics'))
  const ids: number[] = []
  const last = new Map<string, number>()
  for await (const batch of (await topics.topic('copied')).follow({ from: 'earliest', isBounded: true }))
    for (const { key, value } of recordsOf(batch)) {
      const { id, person } = JSON.parse(String(value)) as { id: number; person: string }
      expect([person, id > (last.get(person) ?? -1)]).toEqual([String(key), true])
      last.set(person, id)
      ids.push(id)
    }
  expect(ids.length).toBe(rows)
  expect(new Set(ids).size).toBe(rows)
  const counts = new Map<string, unknown>()
  for await (const batch of (await topics.topic('counted')).follow({ from: 'earliest', isBounded: true }))
    for (const { key, value } of recordsOf(batch)) counts.set(String(key), JSON.parse(String(value)))
  expect(counts.size).toBe(keys)
  for (const [person, counted] of counts) expect(counted).toEqual({ person, clicks: rows / keys })
  const noted = Object.values(topics.offsets('copy', 'clicks'))
  // Groups are told once a checkpoint is complete: a life that was killed right then has told nobody.
  const known = noted.reduce((sum, offset) => sum + offset, 0)
  expect(known).toBeGreaterThanOrEqual(said.includes('nothing was left to do') ? 0 : rows)
  expect(known).toBeLessThanOrEqual(rows)
  expect(lives).toBe(kills + 1)
  topics.close()
  await rm(folder, { recursive: true })
}, 180_000)
