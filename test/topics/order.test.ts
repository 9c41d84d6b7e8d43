/** Rows of one key keep their order from the file that they are read from to the partition that they are written to. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openTopics, recordsOf } from '#topics'

const rows = 300_000

test('whatever number of workers shares the file', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-order-'))
  try {
    const text = Array.from({ length: rows }, (_, n) => `${n},k${n % 50},${'x'.repeat(60)}\n`).join('')
    await writeFile(path.join(folder, 'numbers.csv'), text)
    const script = `SET 'parallelism.default' = '3';
      CREATE TABLE numbers (n BIGINT, k STRING, x STRING) WITH ('connector' = 'filesystem', 'path' = '${folder}/numbers.csv', 'format' = 'csv');
      CREATE TABLE sorted (k STRING, n BIGINT) WITH ('connector' = 'topic', 'path' = '${folder}/topics', 'topic' = 'sorted', 'partitions' = '2',
        'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'json');
      INSERT INTO sorted SELECT k, n FROM numbers;`
    await writeFile(path.join(folder, 'script.sql'), script)
    await promisify(execFile)(path.resolve('bin/millrace'), ['run', path.join(folder, 'script.sql')])
    const topics = await openTopics(path.join(folder, 'topics'))
    const last = new Map<string, number>()
    let count = 0
    let disordered = 0
    for await (const batch of (await topics.topic('sorted')).follow({ from: 'earliest', isBounded: true })) {
      for (const { value } of recordsOf(batch)) {
        const { k, n } = JSON.parse(String(value)) as { readonly k: string; readonly n: number }
        if (n < (last.get(k) ?? -1)) disordered++
        last.set(k, n)
        count++
      }
    }
    topics.close()
    expect([count, disordered]).toEqual([rows, 0])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
