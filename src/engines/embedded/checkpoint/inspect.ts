/** Looks into checkpoints without running anything: what there is, whether it is whole, and the entries that state consists of. */
import { MillraceError } from '#base'
import { type BlobStore, isNotFound } from '#blobs'
import { jsonText, type Vector, valueAt } from '#data'
import type { HeldPart } from '../../engine.ts'
import { Checkpoints } from './checkpoints.ts'
import { type HeldState, type Manifest, manifestName } from './manifest.ts'
import { checkPages, readNewestPages, type SavedPage } from './state-file.ts'

/** The newest form of a checkpoint that people look at. */
interface CheckpointSummary {
  readonly number: number
  readonly createdAt: string
  /** Whether the work had ended with it. */
  readonly finished: boolean
  /** Bytes of all state files that it needs; older checkpoints may need the same. */
  readonly stateBytes: number
}

/** What a checkpoint holds of one part of one operator. */
interface PartSummary {
  readonly operator: string
  readonly title: string
  readonly part: string
  readonly entries: number
  readonly bytes: number
}

/** All that a checkpoint says of itself. */
export interface CheckpointDetails extends CheckpointSummary {
  readonly sources: Manifest['sources']
  readonly parts: readonly PartSummary[]
  readonly sinks: Manifest['sinks']
  readonly watermarks: Manifest['watermarks']
  readonly plan: string
}

/** A checkpoint of a list; one that cannot be read is there with what is wrong with it. */
export interface ListedCheckpoint {
  readonly number: number
  readonly found: CheckpointSummary | MillraceError
}

/** All checkpoints, oldest first. */
export async function listCheckpoints(blobs: BlobStore): Promise<ListedCheckpoint[]> {
  const checkpoints = new Checkpoints(blobs)
  const listed: ListedCheckpoint[] = []
  for (const number of await checkpoints.numbers()) {
    const found = await codedOr(checkpoints.read(number).then(summaryOf))
    // A run that goes on meanwhile removes what is old.
    if (!isNotFound(found)) listed.push({ number, found })
  }
  return listed
}

export async function describeCheckpoint(blobs: BlobStore, number: number): Promise<CheckpointDetails> {
  const manifest = await new Checkpoints(blobs).find(number)
  const counts = manifest.keepers.map(({ parts }) => parts.map(() => ({ entries: 0, bytes: 0 })))
  await readAllPages(manifest, blobs, ({ keeper, part, rows, bytes }) => {
    const own = counts[keeper]?.[part]
    if (own === undefined) return
    own.entries += rows
    own.bytes += bytes
  })
  const { sources, sinks, watermarks, plan } = manifest
  const parts = manifest.keepers.flatMap(({ id, title, parts: own }, keeper) =>
    own.map(({ name }, part) => ({ operator: id, title, part: name, ...(counts[keeper]?.[part] ?? { entries: 0, bytes: 0 }) })),
  )
  return { ...summaryOf(manifest), sources, parts, sinks, watermarks, plan }
}

/** Bytes of state that are looked through for how much of it belongs to whom. */
const measuredBytesMax = 67_108_864

/**
 * How much each part of each operator holds, by the operator's id: as the checkpoint says, or as it is found. Null where it does not say
 * it, and there is too much to look through.
 */
export async function heldByKeeper(manifest: Manifest, blobs: BlobStore): Promise<ReadonlyMap<string, readonly HeldPart[]> | null> {
  const counts = manifest.keepers.map(({ parts }) => parts.map(({ name }) => ({ name, entries: 0, bytes: 0 })))
  const isSaid = manifest.keepers.every(({ parts, held }) => held?.length === parts.length)
  if (!isSaid && summaryOf(manifest).stateBytes > measuredBytesMax) return null
  const add = (keeper: number, part: number, { entries, bytes }: HeldState): void => {
    const own = counts[keeper]?.[part]
    if (own === undefined) return
    own.entries += entries
    own.bytes += bytes
  }
  if (isSaid) {
    for (const [keeper, { held = [] }] of manifest.keepers.entries()) for (const [part, size] of held.entries()) add(keeper, part, size)
  } else {
    await readAllPages(manifest, blobs, ({ keeper, part, rows, bytes }) => add(keeper, part, { entries: rows, bytes }))
  }
  return new Map(manifest.keepers.map(({ id }, keeper) => [id, counts[keeper] ?? []]))
}

/** Every worker has pages of its own. */
async function readAllPages({ files }: Manifest, blobs: BlobStore, visit: (page: SavedPage) => void): Promise<void> {
  for (const worker of new Set(files.map((file) => file.worker ?? 0))) {
    const own = files.filter((file) => (file.worker ?? 0) === worker)
    await readNewestPages(own, blobs, visit)
  }
}

function summaryOf({ number, createdAt, finished, files }: Manifest): CheckpointSummary {
  return { number, createdAt, finished, stateBytes: files.reduce((bytes, file) => bytes + file.bytes, 0) }
}

/** A file of checkpoints, and what is wrong with it. */
export interface VerifiedFile {
  readonly name: string
  /** The checkpoints that need it. */
  readonly checkpoints: readonly number[]
  readonly bytes: number
  readonly trouble: MillraceError | null
}

/** Reads every file of the checkpoints, each once, and looks at all checksums. */
export async function verifyCheckpoints(blobs: BlobStore, numbers: readonly number[]): Promise<VerifiedFile[]> {
  const checkpoints = new Checkpoints(blobs)
  const verified: VerifiedFile[] = []
  const needed = new Map<string, { bytes: number; checkpoints: number[] }>()
  for (const number of numbers) {
    const manifest = await codedOr(checkpoints.read(number))
    const isWhole = !(manifest instanceof MillraceError)
    verified.push({ name: manifestName(number), checkpoints: [number], bytes: 0, trouble: isWhole ? null : manifest })
    for (const { name, bytes } of isWhole ? manifest.files : []) {
      const known = needed.get(name) ?? { bytes, checkpoints: [] }
      known.checkpoints.push(number)
      needed.set(name, known)
    }
  }
  for (const [name, { bytes, checkpoints: needing }] of needed) {
    const trouble = await codedOr(checkPages(blobs, name, bytes))
    verified.push({ name, checkpoints: needing, bytes, trouble: trouble instanceof MillraceError ? trouble : null })
  }
  return verified.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What is wrong with the contents or the version is an answer here; a store that does not answer is none. */
async function codedOr<T>(reading: Promise<T>): Promise<T | MillraceError> {
  try {
    return await reading
  } catch (error) {
    const answers = ['ENGINE_CHECKPOINT_DAMAGED', 'ENGINE_CHECKPOINT_VERSION', 'BLOBS_NOT_FOUND', 'BLOBS_UNREADABLE', 'BLOBS_SYMBOLIC_LINK']
    if (error instanceof MillraceError && answers.includes(error.code)) return error
    throw error
  }
}

/** An entry of state, its values as JSON texts. */
export interface StateEntry {
  readonly operator: string
  readonly part: string
  readonly values: readonly string[]
}

/** Hands over every entry of a checkpoint; times with a zone are printed in UTC. */
export async function readEntries(blobs: BlobStore, number: number, visit: (entry: StateEntry) => void): Promise<void> {
  const manifest = await new Checkpoints(blobs).find(number)
  await readAllPages(manifest, blobs, ({ keeper, part, rows, read }) => {
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
