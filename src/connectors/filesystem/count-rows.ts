/** About how many rows the files of a table hold: as a format tells from the end of a file, else by their bytes. */
import { MillraceError } from '#base'
import type { FileFormat } from '#formats'
import type { FilesystemTable } from './options.ts'
import { ReadableHandle } from './readable-handle.ts'
import type { FileStore, FoundFile } from './stores/file-store.ts'

/** Bytes of a value in files of records, where nothing is known of it. */
const bytesPerValue = 10

/** Files whose ends are read; the others have about as many rows for their bytes. */
const filesRead = 10

/** Null where the files cannot be read: whoever reads them says why. */
export async function countRows(
  { format, content }: FilesystemTable,
  store: FileStore,
  find: () => Promise<readonly FoundFile[]>,
): Promise<number | null> {
  try {
    const files = (await find()).filter(({ size }) => size > 0)
    const bytes = bytesOf(files)
    if (format.kind === 'record') return Math.ceil(bytes / (bytesPerValue * Math.max(1, content.schema.length)))
    const { countRows: rowsOf } = format
    if (rowsOf === undefined) return null
    const looked = files.slice(0, filesRead)
    const rows = await Promise.all(looked.map((file) => rowsIn(store, file, rowsOf)))
    const counted = rows.reduce((sum, each) => sum + each, 0)
    return looked.length === files.length ? counted : Math.ceil((counted * bytes) / bytesOf(looked))
  } catch (error) {
    if (error instanceof MillraceError) return null
    throw error
  }
}

function bytesOf(files: readonly FoundFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

async function rowsIn(store: FileStore, file: FoundFile, rowsOf: NonNullable<FileFormat['countRows']>): Promise<number> {
  const handle = await ReadableHandle.open(store, file)
  try {
    return await rowsOf(handle)
  } finally {
    await handle.close()
  }
}
