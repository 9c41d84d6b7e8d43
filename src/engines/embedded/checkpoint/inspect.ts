/** Looks into checkpoints without running anything: what there is, whether it is whole, and the entries that state consists of. */
import type { BlobStore } from '#blobs'
import { jsonText, type Vector, valueAt } from '#data'
import { Checkpoints } from './checkpoints.ts'
import { readNewestPages } from './state-file.ts'

export interface CheckpointSummary {
  readonly number: number
  readonly createdAt: string
  readonly finished: boolean
  /** Bytes of all state files that it needs; older checkpoints may need the same. */
  readonly stateBytes: number
}

/** What a checkpoint holds of one part of one operator. */
export interface PartSummary {
  readonly operator: string
  readonly title: string
  readonly part: string
  readonly entries: number
}

/** All checkpoints, oldest first. */
export async function listCheckpoints(blobs: BlobStore): Promise<CheckpointSummary[]> {
  const checkpoints = new Checkpoints(blobs)
  const found: CheckpointSummary[] = []
  for (const number of await checkpoints.numbers()) {
    const { createdAt, finished, files } = await checkpoints.read(number)
    found.push({ number, createdAt, finished, stateBytes: files.reduce((bytes, file) => bytes + file.bytes, 0) })
  }
  return found
}

/** Reads all state of a checkpoint and counts its entries; a blob that is damaged or missing is an error that names it. */
export async function verifyCheckpoint(blobs: BlobStore, number: number): Promise<PartSummary[]> {
  const manifest = await new Checkpoints(blobs).read(number)
  const counts = manifest.keepers.map(({ parts }) => parts.map(() => 0))
  await readNewestPages(manifest.files, blobs, ({ keeper, part, rows }) => {
    const own = counts[keeper]
    if (own !== undefined) own[part] = (own[part] ?? 0) + rows
  })
  return manifest.keepers.flatMap(({ id, title, parts }, keeper) =>
    parts.map(({ name }, part) => ({ operator: id, title, part: name, entries: counts[keeper]?.[part] ?? 0 })),
  )
}

/** An entry of state, its values as JSON texts. */
export interface ExportedEntry {
  readonly operator: string
  readonly part: string
  readonly values: readonly string[]
}

/** Hands over every entry of a checkpoint; times with a zone are printed in UTC. */
export async function exportCheckpoint(blobs: BlobStore, number: number, visit: (entry: ExportedEntry) => void): Promise<void> {
  const manifest = await new Checkpoints(blobs).read(number)
  await readNewestPages(manifest.files, blobs, ({ keeper, part, rows, read }) => {
    const saved = manifest.keepers[keeper]
    const shape = saved?.parts[part]
    if (saved === undefined || shape === undefined) return
    const columns = read(shape.types.length)
    for (let row = 0; row < rows; row++) {
      const values = shape.types.map((type, place) => jsonText(valueAt(columns[place] as Vector, row, type), type, 'UTC'))
      visit({ operator: saved.id, part: shape.name, values })
    }
  })
}
