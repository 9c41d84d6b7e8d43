/**
 * Writes the files of a table in two phases: rows go to hidden parts, `prepare` makes them whole and safe, `commit` publishes them. With
 * partition columns every partition has a directory and parts of its own.
 */
import { randomBytes } from 'node:crypto'
import type { AppendableFile, FormatTable } from '#formats'
import type { ConnectorTable, DurableWork, Sink, WriteRequest } from '../connector.ts'
import { type CommitRecord, joinOverwrites } from './commit.ts'
import { filesystemErrors } from './errors.ts'
import { FilesWriter } from './files-writer.ts'
import type { Merging } from './held-parts.ts'
import { removeEarlierLives, removeLeftovers } from './leftovers.ts'
import { checkSinkOptions, type FilesystemTable, filesystemTable } from './options.ts'
import { type RowWriter, recordRows } from './part-file.ts'
import { checkPartitionColumns } from './partition.ts'
import { partitionTime } from './partition-time.ts'
import { writeOwner } from './run-owner.ts'
import type { FileStore } from './stores/file-store.ts'
import { type StorePlace, storePlace } from './stores/open-store.ts'

export function filesystemSink(table: ConnectorTable): Sink {
  const settings = filesystemTable(table)
  const { options } = settings
  checkSinkOptions(options)
  checkPartitionColumns(table.schema.filter((column) => table.partitionedBy.includes(column.name)))
  partitionTime(options, table.partitionedBy)
  const place = storePlace(settings.path)
  const writing = writingOf(settings)
  return {
    takes: 'append',
    // Which partitions are whole is for one writer to say.
    isShareable: options.number('sink.parallelism') !== 1 && options.text('sink.partition-commit.policy.kind') === undefined,
    joinOverwrites: (records) => joinOverwrites(records as readonly CommitRecord[]),
    open: (request) => openWriter(table, { place, settings, writing }, request),
  }
}

interface FilesSink {
  readonly place: StorePlace
  readonly settings: FilesystemTable
  readonly writing: Writing
}

async function openWriter(table: ConnectorTable, { place, settings, writing }: FilesSink, request: WriteRequest): Promise<FilesWriter> {
  const store = place(request)
  const { durable } = request
  try {
    await store.checkDirectory(settings.path)
    await removeLeftovers(store)
    const uid = randomBytes(8).toString('hex')
    await writeOwner(store, uid, durable === undefined ? null : workOf(durable))
    const writer = new FilesWriter({ store, uid, settings, clock: table.clock, writing }, table.partitionedBy, request)
    if (durable !== undefined) await takeOver(durable, writer, store, uid)
    return writer
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The first of several writers has the name of a single one. */
function workOf({ name, writer }: DurableWork): string {
  return writer === undefined || writer.index === 0 ? name : `${name}@${writer.index}`
}

/** Commits what the life before had prepared, and removes what else there is of it. The first writer does so for those that are no more, too. */
async function takeOver(durable: DurableWork, writer: FilesWriter, store: FileStore, uid: string): Promise<void> {
  const { name, record, writer: which = { index: 0, count: 1 }, left = [] } = durable
  for (const each of [record, ...left]) if (each !== null) await writer.commit(each)
  const isGone = (work: string): boolean => work.startsWith(`${name}@`) && Number(work.slice(name.length + 1)) >= which.count
  const isOf = (work: string): boolean => work === workOf(durable) || (which.index === 0 && isGone(work))
  writer.holdsOf(await removeEarlierLives(store, isOf, uid, writer.heldNames))
}

/** How the format writes rows to files, and makes one of several. */
interface Writing {
  readonly rowsOf: (content: FormatTable) => (file: AppendableFile) => RowWriter
  readonly mergingOf: (content: FormatTable) => Merging
}

/** Fails at once when the format cannot be written, or not with these columns. */
function writingOf(settings: FilesystemTable): Writing {
  const { format, name } = settings
  if (format.kind === 'record') {
    const { encoder } = format
    if (encoder === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FORMAT_READ_ONLY({ format: format.name, table: name })
    encoder(settings.content)
    return {
      rowsOf: (content) => {
        const made = encoder(content)
        return (file) => recordRows(file, made)
      },
      mergingOf: (content) => ({ kind: 'records', encoder: encoder(content) }),
    }
  }
  const { openWriter: openRows } = format
  if (openRows === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FORMAT_READ_ONLY({ format: format.name, table: name })
  return {
    rowsOf: (content) => (file) => openRows(content, file),
    mergingOf: (content) => ({ kind: 'file', format, content }),
  }
}
