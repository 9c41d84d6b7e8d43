/**
 * `make bench ARGS=topics`: records of about 100 bytes through an embedded topic. They are appended in batches, each safe on the disk
 * before the next but one begins; written in transactions of a million; and read from the beginning.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BatchBuilder, type ByteColumn, openTopics, type Topic, type Topics } from '#topics'

const records = Number(process.env['BENCH_EVENTS'] ?? 5_000_000)
const batchRecords = 16_384
const runs = Number(process.env['BENCH_RUNS'] ?? 5)

const values = columnOf(100)
const keys = columnOf(8)

/** A column of as many different values of a length. */
function columnOf(length: number): ByteColumn {
  const text = Array.from({ length: batchRecords }, (_, i) => `${i}:`.padEnd(length, 'millrace ')).join('\n')
  const starts = Int32Array.from({ length: batchRecords }, (_, i) => i * (length + 1))
  return { bytes: Buffer.from(text), starts, ends: starts.map((start) => start + length), length: batchRecords }
}

async function append(topics: Topics): Promise<void> {
  const topic = await topics.topic('appended', { partitions: 1 })
  let before: Promise<unknown> = Promise.resolve()
  for (let done = 0; done < records; done += batchRecords) {
    const written = topic.write(0, build(done))
    await before
    before = written
  }
  await before
}

async function transact(topics: Topics): Promise<void> {
  const topic = await topics.topic('committed', { partitions: 1 })
  let transaction = topics.begin()
  for (let done = 0, open = 0; done < records; done += batchRecords, open += batchRecords) {
    await transaction.write(topic, 0, build(done))
    if (open < 1_000_000) continue
    await transaction.commit()
    transaction = topics.begin()
    open = 0
  }
  await transaction.commit()
}

const builder = new BatchBuilder()

function build(done: number): ReturnType<BatchBuilder['take']> {
  for (let row = 0; row < batchRecords; row++) builder.add(values, keys, row, done)
  return builder.take()
}

async function read(topic: Topic): Promise<void> {
  let bytes = 0
  for await (const batch of topic.follow({ from: 'earliest', isBounded: true })) {
    const { starts, ends } = batch.values
    for (let row = 0; row < batch.length; row++) bytes += (ends[row] as number) - (starts[row] as number)
  }
  if (bytes < records * 100) process.exitCode = 1
}

async function measure(what: string, work: () => Promise<void>): Promise<void> {
  const [usage, startMs] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(usage)
  const millions = records / 1e6
  const cpu = ((user + system) / 1e6 / millions).toFixed(3)
  const wall = ((performance.now() - startMs) / 1000 / millions).toFixed(3)
  console.log(`${what}: ${cpu} CPU-seconds (${(user / 1e6 / millions).toFixed(3)} user), ${wall} s, per million records`)
}

for (let run = 0; run < runs; run++) {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-topics-'))
  const topics = await openTopics(folder)
  await measure('append', () => append(topics))
  await measure('transactions', () => transact(topics))
  await measure('read', async () => read(await topics.topic('appended')))
  topics.close()
  rmSync(folder, { recursive: true })
}
