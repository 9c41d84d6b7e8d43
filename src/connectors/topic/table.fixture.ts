/** For the tests of this folder: tables over topics in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '#base'
import { batchOf, bigintType, type DataType, rowsOf, stringType } from '#data'
import { openTopics, recordsOf, type Topics } from '#topics'
import type { ConnectorTable, DurableWork, ReadRequest, SinkWriter, SourceReader } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import type { DeadLetter } from '../dead-letter.ts'
import { loadMessageFormats } from '../message-options.ts'
import { unwatchedRead, unwatchedWrite } from '../requests.fixture.ts'
import { topicSink } from './sink.ts'
import { topicSource } from './source.ts'

const clause = { connector: 'topic', topic: 'orders', format: 'json', 'key.format': 'raw', 'key.fields': 'name' }

await loadMessageFormats(clause)

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-topic-table-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A table of `id` and `name`, the latter being the key of records. An option that is undefined is left out. */
export function tableAt(
  folder: string,
  options: Readonly<Record<string, string | undefined>> = {},
  how: Partial<ConnectorTable> = {},
): ConnectorTable {
  const given = Object.entries({ ...clause, path: folder, ...options }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value]],
  )
  return {
    name: 'orders',
    schema: [
      { name: 'id', type: bigintType },
      { name: 'name', type: stringType },
    ],
    options: Object.fromEntries(given) as Record<string, string>,
    primaryKey: [],
    partitionedBy: [],
    metadataColumns: [],
    timeZone: 'UTC',
    clock: systemClock,
    ...how,
  }
}

/** `persisted`: the columns of the batches, where some of them are metadata. */
export function openWriter(table: ConnectorTable, durable?: DurableWork, persisted = table.schema): Promise<SinkWriter> {
  return topicSink(table).open({
    schema: persisted,
    overwrite: false,
    signal: new AbortController().signal,
    ...unwatchedWrite,
    meter: new ConnectorMeter(systemClock),
    ...(durable === undefined ? {} : { durable }),
  })
}

export async function writeRows(
  writer: SinkWriter,
  table: ConnectorTable,
  rows: readonly (readonly unknown[])[],
  kinds?: readonly number[],
): Promise<void> {
  await writer.write(batchOf(table.schema, rows, kinds))
}

/** Writes rows and commits them. */
export async function writeWhole(table: ConnectorTable, rows: readonly (readonly unknown[])[], kinds?: readonly number[]): Promise<void> {
  const writer = await openWriter(table)
  await writeRows(writer, table, rows, kinds)
  await writer.commit(await writer.prepare())
  await writer.close()
}

export interface Reading {
  readonly reader: SourceReader
  readonly types: readonly DataType[]
}

export async function openReader(
  table: ConnectorTable,
  position?: unknown,
  metadata: readonly string[] = [],
  how: Partial<ReadRequest> = {},
): Promise<Reading> {
  const source = topicSource(table)
  const ofMetadata = source.metadata.filter(({ name }) => metadata.includes(name))
  const columns = [
    ...table.schema.map(({ name, type }) => ({ kind: 'physical' as const, key: name, type })),
    ...metadata.flatMap((key) =>
      ofMetadata.filter(({ name }) => name === key).map(({ type }) => ({ kind: 'metadata' as const, key, type })),
    ),
  ]
  const signal = new AbortController().signal
  const request = { columns, conditions: [], signal, ...unwatchedRead, meter: new ConnectorMeter(systemClock), ...how }
  const reader = await source.open(position === undefined ? request : { ...request, position })
  return { reader, types: columns.map(({ type }) => type) }
}

/** So many rows, or all of a bounded table, with their splits and the kinds of change. */
export async function readRows(
  { reader, types }: Reading,
  count = Number.POSITIVE_INFINITY,
): Promise<{ rows: unknown[][]; splits: string[]; kinds: (number | undefined)[]; letters: DeadLetter[] }> {
  const read = { rows: [] as unknown[][], splits: [] as string[], kinds: [] as (number | undefined)[], letters: [] as DeadLetter[] }
  while (read.rows.length < count) {
    const next = await reader.read()
    if (next === null) break
    const schema = types.map((type, i) => ({ name: `c${i}`, type }))
    read.rows.push(...rowsOf(next.batch, schema).map((row) => [...row]))
    for (let row = 0; row < next.batch.length; row++) {
      read.splits.push(next.split)
      read.kinds.push(next.batch.kinds?.[row])
    }
    read.letters.push(...(next.deadLetters ?? []))
  }
  return read
}

/** All rows of a table from its start to what is there now. */
export async function readWhole(table: ConnectorTable, metadata: readonly string[] = []): Promise<Awaited<ReturnType<typeof readRows>>> {
  const reading = await openReader({ ...table, options: { ...table.options, 'scan.bounded.mode': 'latest-offset' } }, undefined, metadata)
  const read = await readRows(reading)
  await reading.reader.close()
  return read
}

/** Keys and values of a topic, as texts. */
export async function recordsIn(folder: string, topic = 'orders'): Promise<(readonly [string | null, string | null])[]> {
  const topics: Topics = await openTopics(folder)
  const records: (readonly [string | null, string | null])[] = []
  for await (const batch of (await topics.topic(topic)).follow({ from: 'earliest', isBounded: true }))
    for (const { key, value } of recordsOf(batch)) records.push([key === null ? null : String(key), value === null ? null : String(value)])
  topics.close()
  return records
}
