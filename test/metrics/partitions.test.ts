/** What the partitions of an embedded topic stand at while a run reads them, one of which is quiet. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine, localHost } from '#engines'
import { joinPartitions, type RunMetrics, type SourcePartitions, watermarkStanding } from '#metrics'
import { QuerySession } from '#query'
import { openTopics } from '#topics'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const noon = Date.UTC(2030, 0, 1, 12)
const minute = 60_000

/** Clicks of a quarter of an hour in two partitions; of `clicks-2` two, early, or none at all. */
async function clicks(isSilent = false): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-partitions-'))
  folders.push(folder)
  const topics = await openTopics(folder)
  const topic = await topics.topic('clicks', { partitions: 3 })
  const click = (atMs: number, partition: number) => ({ value: JSON.stringify({ id: 1, at_ms: atMs }), partition })
  for (let i = 0; i <= 15; i++) await topic.append([click(noon + i * minute, 0), click(noon + i * minute - 1000, 1)])
  if (!isSilent) await topic.append([click(noon, 2), click(noon + 2 * minute, 2)])
  topics.close()
  return folder
}

const windows = "TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(placed), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end"

/** What the source tells, as soon as it is as it should be. */
async function seen(
  options: { folder: string; idleTimeout?: string; workers?: number; isTimed?: boolean; more?: string },
  holds: (partitions: SourcePartitions) => boolean,
): Promise<SourcePartitions> {
  const { folder, idleTimeout, workers = 1, isTimed = true, more = '' } = options
  const idle = idleTimeout === undefined ? '' : `, 'scan.watermark.idle-timeout' = '${idleTimeout}'`
  const time = isTimed ? ', placed AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR placed AS placed' : ''
  const script = `
    CREATE TABLE clicks (id BIGINT, at_ms BIGINT${time}) WITH ('connector' = 'topic', 'path' = '${folder}', 'topic' = 'clicks', 'format' = 'json'${idle}${more});
    CREATE TABLE counts (clicks BIGINT) WITH ('connector' = 'blackhole');
    INSERT INTO counts SELECT COUNT(*) FROM ${isTimed ? windows : 'clicks GROUP BY id'};`
  const clock = systemClock
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock,
      workers: localHost({ clock, openBlobs, random: () => 0.5, waitingBytesMax: 1 << 14 }),
      userFunction: () => () => null,
    }),
    settings: { 'parallelism.default': String(workers), 'metrics.fetcher.update-interval': '50 ms' },
    clock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  const found = Promise.withResolvers<SourcePartitions>()
  const stop = new AbortController()
  let last: SourcePartitions | null = null
  const measured = ({ metrics }: { readonly metrics: RunMetrics }): void => {
    const readers = metrics.operators.flatMap(({ kind, partitions }) => (kind === 'source' && partitions !== null ? [partitions] : []))
    if (readers.length === 0) return
    last = joinPartitions(readers)
    if (holds(last)) found.resolve(last)
  }
  const running = session.run(script, { measured }, stop.signal).catch((error: unknown) => found.reject(error))
  try {
    const late = sleep(15_000, null, { ref: false })
    const partitions = await Promise.race([found.promise, late])
    if (partitions === null) throw new TypeError(`it never came; last seen: ${JSON.stringify(last)}`)
    return partitions
  } finally {
    stop.abort()
    await running
  }
}

const allRead = ({ partitions }: SourcePartitions): boolean =>
  partitions.length === 3 && partitions.every((each) => each.pendingRecords === 0)
const shown = ({ partitions }: SourcePartitions) =>
  partitions.map(({ partition, state, currentOffset, endOffset, currentWatermark }) => [
    partition,
    state,
    currentOffset,
    endOffset,
    currentWatermark === null ? null : currentWatermark - noon,
  ])

describe.each([1, 3])('with %i workers', (workers) => {
  test('a quiet partition holds the watermark back, and is told first', async () => {
    const found = await seen({ folder: await clicks(), workers }, allRead)
    expect(shown(found)).toEqual([
      ['clicks-2', 'active', 2, 2, 2 * minute],
      ['clicks-1', 'active', 16, 16, 15 * minute - 1000],
      ['clicks-0', 'active', 16, 16, 15 * minute],
    ])
    expect(watermarkStanding(found)).toEqual({ kind: 'held', partition: 'clicks-2', others: 0, behindMs: 13 * minute, pendingRecords: 0 })
  })

  test('one that has given nothing does so, too', async () => {
    const found = await seen({ folder: await clicks(true), workers }, allRead)
    expect(shown(found)[0]).toEqual(['clicks-2', 'active', 0, 0, null])
    expect(watermarkStanding(found)).toMatchObject({ kind: 'held', partition: 'clicks-2', behindMs: null })
  })
})

test('with a timeout all become idle, and nobody holds anything back', async () => {
  const found = await seen({ folder: await clicks(), idleTimeout: '200 ms' }, ({ counts }) => counts.idle === 3)
  expect(watermarkStanding(found)).toEqual({ kind: 'all-idle' })
})

test('with a timeout the one that is quiet becomes idle, while the others go on', async () => {
  const folder = await clicks()
  const topics = await openTopics(folder)
  const topic = await topics.topic('clicks', { partitions: 3 })
  let isOver = false
  const feed = async (): Promise<void> => {
    for (let atMs = noon + 20 * minute; !isOver; atMs += 10) {
      const value = JSON.stringify({ id: 1, at_ms: atMs })
      await topic.append([0, 1].map((partition) => ({ value, partition })))
      await sleep(20)
    }
    topics.close()
  }
  const feeding = feed()
  try {
    const found = await seen({ folder, idleTimeout: '800 ms' }, ({ counts }) => counts.idle === 1 && counts.active === 2)
    expect(found.partitions.at(-1)).toMatchObject({ partition: 'clicks-2', state: 'idle', currentWatermark: noon + 2 * minute })
    expect(watermarkStanding(found)).toEqual({ kind: 'level' })
  } finally {
    isOver = true
    await feeding
  }
})

test('a table without event time tells where its partitions are read, and blames none', async () => {
  const found = await seen({ folder: await clicks(), isTimed: false }, allRead)
  expect(found).toMatchObject({ isTimed: false, newestWatermark: null })
  expect(shown(found)[0]).toEqual(['clicks-0', 'active', 16, 16, null])
  expect(watermarkStanding(found)).toEqual({ kind: 'untimed' })
})

test('a run that has ended tells so of all its partitions', async () => {
  const bounded = `, 'scan.bounded.mode' = 'latest-offset'`
  const found = await seen({ folder: await clicks(), more: bounded }, ({ counts }) => counts.ended === 3)
  expect(watermarkStanding(found)).toEqual({ kind: 'ended' })
})
