/** For the tests of this folder: tables in a directory of their own, read and written whole. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { Clock } from '#base'
import { batchOf, type DataType, rowsOf, type Schema } from '#data'
import { formatNames, loadFormat } from '#formats'
import type { ConnectorTable, ReadRequest, SinkWriter, SourceReader, WriteRequest } from '../connector.ts'
import { unwatchedRead, unwatchedWrite } from '../requests.fixture.ts'
import { fileMetadata } from './file-columns.ts'
import { filesystemSink } from './sink.ts'
import { filesystemSource } from './source.ts'

await Promise.all(formatNames.map(loadFormat))

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'millrace-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** All files below a directory, hidden ones included. */
export function filesIn(directory: string, inner = ''): string[] {
  return readdirSync(path.join(directory, inner), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesIn(directory, path.join(inner, entry.name)) : [path.join(inner, entry.name)]))
    .toSorted()
}

export class TestClock implements Clock {
  ms = 1_000_000
  nowMs(): number {
    return this.ms
  }
  monotonicMs(): number {
    return this.ms
  }
}

export interface TableOptions {
  readonly partitionedBy?: readonly string[]
  readonly clock?: Clock
  readonly options?: Record<string, string>
}

export function tableAt(place: string, types: Record<string, DataType>, given: TableOptions = {}): ConnectorTable {
  return {
    name: 'orders',
    schema: Object.entries(types).map(([name, type]) => ({ name, type })),
    options: { connector: 'filesystem', path: place, format: 'csv', ...given.options },
    primaryKey: [],
    partitionedBy: given.partitionedBy ?? [],
    metadataColumns: [],
    timeZone: 'UTC',
    clock: given.clock ?? new TestClock(),
  }
}

export function requestOf(
  table: ConnectorTable,
  wanted?: readonly string[],
  extra: Partial<ReadRequest> & { position?: unknown } = {},
): ReadRequest {
  const names = wanted ?? table.schema.map((column) => column.name)
  const columns = names.map((key) => {
    const physical = table.schema.find((column) => column.name === key)
    const metadata = fileMetadata.find((column) => column.name === key)
    return physical !== undefined
      ? ({ kind: 'physical', key, type: physical.type } as const)
      : ({ kind: 'metadata', key, type: metadata?.type ?? { kind: 'null', nullable: true } } as const)
  })
  return { columns, conditions: [], ...unwatchedRead, signal: new AbortController().signal, ...extra }
}

export function schemaOf(request: ReadRequest): Schema {
  return request.columns.map((column) => ({ name: column.key, type: column.type }))
}

export interface WholeRead {
  readonly rows: unknown[][]
  readonly reader: SourceReader
  /** The position after each batch, and how many rows were read by then. */
  readonly positions: { readonly rows: number; readonly position: unknown }[]
}

export async function readWhole(table: ConnectorTable, request = requestOf(table)): Promise<WholeRead> {
  const reader = await filesystemSource(table).open(request)
  const rows: unknown[][] = []
  const positions: WholeRead['positions'] = []
  try {
    for (;;) {
      const next = await reader.read()
      if (next === null) break
      rows.push(...rowsOf(next.batch, schemaOf(request)))
      positions.push({ rows: rows.length, position: JSON.parse(JSON.stringify(reader.position())) })
    }
  } finally {
    await reader.close()
  }
  return { rows, reader, positions }
}

export async function openWriter(table: ConnectorTable, how: Partial<WriteRequest> = {}): Promise<SinkWriter> {
  return filesystemSink(table).open({
    schema: table.schema,
    overwrite: false,
    ...unwatchedWrite,
    signal: new AbortController().signal,
    ...how,
  })
}

export async function writeRows(writer: SinkWriter, table: ConnectorTable, rows: unknown[][]): Promise<void> {
  await writer.write(batchOf(table.schema, rows))
}

/** Writes rows and commits them, as a statement would. */
export async function writeWhole(table: ConnectorTable, rows: unknown[][], overwrite = false): Promise<void> {
  const writer = await openWriter(table, { overwrite })
  await writeRows(writer, table, rows)
  await writer.commit(JSON.parse(JSON.stringify(await writer.prepare())))
  await writer.close()
}

export async function failureOf(run: () => Promise<unknown>): Promise<{ code: string; message: string; detail: string; blame: string }> {
  try {
    await run()
  } catch (error) {
    return error as { code: string; message: string; detail: string; blame: string }
  }
  return { code: 'none', message: '', detail: '', blame: '' }
}
