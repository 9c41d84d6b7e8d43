/** Where the readers of a table of files stand, and how files are given out to several of them. */
import { hashText } from '#data'
import type { RecordPosition } from './record-reader.ts'
import type { FoundFile } from './stores/file-store.ts'

/** A file, and a place in it that its own reader knows. */
export interface FileAt {
  readonly file: string | null
  readonly at: unknown
}

/** Where a reader stands: the files that are done, the one it is in, and what it reads at all. */
export interface FilesPosition extends FileAt {
  readonly done: readonly string[]
  /** Files that other readers had begun, and left to this one, and parts of files that it shares with others. */
  readonly left?: readonly FileAt[]
  /** Left out: all files. */
  readonly share?: Share
}

/** The files of one of several readers: those that it was given, or of a table that is watched those whose path falls to it. */
export type Share = { readonly files: readonly string[] } | { readonly reader: number; readonly readers: number }

export const untouched: FileAt = { file: null, at: null }

/** Smaller parts of a file are not worth a reader. */
const partBytesMin = 1_048_576

/** Files that were neither done nor untouched. */
export function begunIn(position: FilesPosition | undefined): FileAt[] {
  if (position === undefined) return []
  const { file, at, left = [] } = position
  return file === null ? [...left] : [{ file, at }, ...left]
}

export function isIn(path: string, share: Share | undefined): boolean {
  if (share === undefined) return true
  return 'files' in share ? share.files.includes(path) : Math.abs(hashText(path)) % share.readers === share.reader
}

/** What one reader gets at a time: a file, or what is left of one, or a part of either. */
interface Piece extends FileAt {
  readonly bytes: number
  readonly isWhole: boolean
}

/** Cuts what is left of a file into about so many parts, which begin at these places; one where it cannot be cut. */
type Cut = (file: FoundFile, parts: number, at: unknown) => Promise<readonly unknown[]>

/** Gives each reader about as many bytes to read; null to one that gets none. */
export async function divideFiles(
  files: readonly FoundFile[],
  readers: number,
  before: readonly FilesPosition[],
  cut: Cut,
): Promise<(FilesPosition | null)[]> {
  const done = doneIn(before)
  const begun = before.flatMap(begunIn)
  const touched = new Set([...done, ...begun.map(({ file }) => file)])
  const items = [
    ...begun.map((each) => ({ file: files.find(({ path }) => path === each.file), path: each.file, at: each.at })),
    ...files.filter(({ path }) => !touched.has(path)).map((file) => ({ file, path: file.path, at: null })),
  ]
  const bytes = items.reduce((sum, { file, at }) => sum + bytesLeft(file, at), 0)
  const pieces: Piece[] = []
  for (const { file, path, at } of items) {
    const size = bytesLeft(file, at)
    // Two parts for each reader: so many small files beside a large one come out even.
    const parts = Math.min(Math.floor(size / partBytesMin), Math.ceil((2 * readers * size) / Math.max(1, bytes)))
    const places = file === undefined || readers === 1 || parts < 2 ? [at] : await cut(file, parts, at)
    const isWhole = places.length === 1 && at === null
    for (const place of places) pieces.push({ file: path, at: place, bytes: size / places.length, isWhole })
  }
  return giveOut(pieces, readers).map((own) =>
    own.length === 0
      ? null
      : {
          ...untouched,
          done,
          left: own.filter(({ isWhole }) => !isWhole).map(({ file, at }) => ({ file, at })),
          share: { files: own.flatMap(({ file, isWhole }) => (isWhole && file !== null ? [file] : [])) },
        },
  )
}

/** As far as a position tells. */
function bytesLeft(file: FoundFile | undefined, at: unknown): number {
  const { offset = 0, range } = (at ?? {}) as Partial<RecordPosition>
  return Math.max(0, (range?.end ?? file?.size ?? 0) - offset)
}

/** The largest first, to whoever has least. */
function giveOut(pieces: readonly Piece[], readers: number): Piece[][] {
  const shares = Array.from({ length: readers }, () => ({ bytes: 0, pieces: [] as Piece[] }))
  for (const piece of pieces.toSorted((a, b) => b.bytes - a.bytes)) {
    const share = shares.reduce((a, b) => (b.bytes < a.bytes ? b : a))
    share.pieces.push(piece)
    share.bytes += piece.bytes + 1
  }
  return shares.map((share) => share.pieces)
}

/** Of a table that is watched, each reader gets its share of all files that will come. */
export function divideWatched(readers: number, before: readonly FilesPosition[]): FilesPosition[] {
  const done = doneIn(before)
  const begun = before.flatMap(begunIn)
  return Array.from({ length: readers }, (_, reader) => ({
    ...untouched,
    done,
    left: begun.filter((_each, index) => index % readers === reader),
    share: { reader, readers },
  }))
}

function doneIn(positions: readonly FilesPosition[]): string[] {
  return [...new Set(positions.flatMap(({ done }) => done))]
}
