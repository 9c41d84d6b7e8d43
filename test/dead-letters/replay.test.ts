/** What could not be read is replayed: it comes back to where it was read from, each message once, and the mended table reads it. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTopics, recordsOf } from '#topics'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-replay-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The column `n` was declared as a number at first, though some messages have words. */
function script(type: string): string {
  return `
CREATE TABLE clicks (k STRING, n ${type}) WITH ('connector' = 'topic', 'path' = '${folder}/topics', 'topic' = 'clicks',
  'key.format' = 'raw', 'key.fields' = 'k', 'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE letters (table_name STRING, error_code STRING, error_message STRING, source_position STRING, message_key BYTES,
  message_value BYTES, failed_at TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', 'path' = '${folder}/letters', 'format' = 'json');
SET 'table.exec.dead-letters.table' = 'letters';
CREATE TABLE seen (k STRING, n ${type}) WITH ('connector' = 'print');
INSERT INTO seen SELECT k, n FROM clicks;`
}

async function millrace(...words: readonly string[]): Promise<{ readonly out: string; readonly notes: string }> {
  const { stdout, stderr } = await promisify(execFile)(path.resolve('bin/millrace'), words, { cwd: folder })
  return { out: stdout, notes: stderr }
}

async function topicTexts(): Promise<string[]> {
  const topics = await openTopics(path.join(folder, 'topics'))
  const topic = await topics.topic('clicks')
  const texts: string[] = []
  for await (const batch of topic.follow({ from: 'earliest', isBounded: true }))
    for (const { key, value } of recordsOf(batch)) texts.push(`${String(key)} ${String(value)}`)
  topics.close()
  return texts
}

test('messages come back with their keys, each once, however often it is asked for', { timeout: 90_000 }, async () => {
  const topics = await openTopics(path.join(folder, 'topics'))
  const topic = await topics.topic('clicks', { partitions: 1 })
  await topic.append([
    { key: 'a', value: '{"n":1}' },
    { key: 'b', value: '{"n":"two"}' },
    { key: null, value: '{"n":"three"}' },
  ])
  topics.close()
  const file = path.join(folder, 'clicks.sql')
  await writeFile(file, script('INT'))
  expect((await millrace('run', file)).out).toBe('+I[a, 1]\n')
  const listed = await millrace('deadletter', 'list', file, '--json')
  expect(JSON.parse(listed.out)).toMatchObject({ table: 'clicks', code: 'CONNECTORS_MESSAGE_UNREADABLE', count: 2 })
  const replay = ['deadletter', 'replay', file, '--table', 'clicks', '--data-dir', path.join(folder, 'replayed')]
  expect((await millrace(...replay)).notes).toContain('2 dead letters of table "clicks" replayed')
  expect((await millrace(...replay)).notes).toContain('0 dead letters of table "clicks" replayed')
  const original = ['a {"n":1}', 'b {"n":"two"}', 'null {"n":"three"}']
  expect(await topicTexts()).toEqual([...original, 'b {"n":"two"}', 'null {"n":"three"}'])
  await writeFile(file, script('STRING'))
  const { out } = await millrace('run', file)
  expect(out.trim().split('\n').slice(3)).toEqual(['+I[b, two]', '+I[null, three]'])
})
