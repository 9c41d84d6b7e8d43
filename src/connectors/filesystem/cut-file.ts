/** Cuts what is left of one file into parts that several readers can read. */
import type { RecordEnds } from '#formats'
import { compressionOf } from './compression.ts'
import type { FilesystemTable } from './options.ts'
import { ReadableHandle } from './readable-handle.ts'
import type { RecordPosition } from './record-reader.ts'
import type { FileStore, FoundFile, OpenedFile } from './stores/file-store.ts'

const chunkBytes = 1_048_576

/** Positions to begin at, null for the start of the file; one where it cannot be cut. */
export async function cutFile(
  store: FileStore,
  file: FoundFile,
  { format, content }: FilesystemTable,
  parts: number,
  at: unknown,
): Promise<readonly unknown[]> {
  if (format.kind === 'record') {
    const ends = compressionOf(file.path) === null ? format.recordEnds(content) : null
    return ends === null ? [at] : cutRecords(store, file, ends, parts, (at ?? wholeFile) as RecordPosition)
  }
  const handle = await ReadableHandle.open(store, file)
  try {
    return await format.cut(handle, parts, at)
  } finally {
    await handle.close()
  }
}

const wholeFile: RecordPosition = { offset: 0, records: 0 }

/** The parts begin where records end that are nearest to equal shares. */
async function cutRecords(
  store: FileStore,
  file: FoundFile,
  ends: RecordEnds,
  parts: number,
  from: RecordPosition,
): Promise<readonly RecordPosition[]> {
  const end = from.range?.end ?? file.size
  const share = (end - from.offset) / parts
  const wanted = Array.from({ length: parts - 1 }, (_, part) => Math.round(from.offset + share * (part + 1)))
  const opened = await store.open(file, ends.needsAll ? 'forward' : 'any')
  const cuts = await recordEndsAt(opened, ends, from.offset, end, wanted)
  const starts = [from.range?.start ?? 0, ...cuts]
  return starts.map((start, part): RecordPosition => {
    const range = { start, end: cuts[part] ?? from.range?.end ?? null }
    return part === 0 ? { ...from, range } : { offset: start, records: 0, range }
  })
}

/** Places behind records that end at these places or later, as far as they are certain. Closes the file. */
async function recordEndsAt(file: OpenedFile, ends: RecordEnds, offset: number, end: number, wanted: readonly number[]): Promise<number[]> {
  try {
    const found: number[] = []
    let at = offset + (offset === 0 ? await markLength(file) : 0)
    for (const place of wanted) {
      if ((found.at(-1) ?? 0) >= place) continue
      if (!ends.needsAll) at = Math.max(at, place)
      const cut = await recordEndAt(file, ends, at, end, place)
      if (cut === null || cut >= end) break
      found.push(cut)
      at = cut
    }
    return found
  } finally {
    await file.close()
  }
}

async function recordEndAt(file: OpenedFile, ends: RecordEnds, offset: number, end: number, place: number): Promise<number | null> {
  const bytes = new Uint8Array(chunkBytes)
  for (let at = offset; at < end; ) {
    const bytesRead = await file.read(bytes, 0, Math.min(chunkBytes, end - at), at)
    if (bytesRead === 0) return null
    const cut = ends.find(bytes, 0, bytesRead, Math.max(0, place - at))
    if (cut === null) return null
    if (cut >= 0) return at + cut
    at += bytesRead
  }
  return null
}

/** A byte order mark is no part of the first record. */
async function markLength(file: OpenedFile): Promise<number> {
  const mark = [0xef, 0xbb, 0xbf]
  const bytes = new Uint8Array(mark.length)
  const bytesRead = await file.read(bytes, 0, mark.length, 0)
  return bytesRead === mark.length && mark.every((byte, at) => bytes[at] === byte) ? mark.length : 0
}
