/**
 * Readies the place of a run that shall start from a checkpoint of somebody's choice: an older one of its own, or one from elsewhere. It
 * becomes the newest one there, so that from then on the run is like any other. Asked for again, as a supervisor does that starts the same
 * command once more, the run goes on: everything since came of that checkpoint.
 */
import type { BlobStore } from '#blobs'
import { embeddedErrors } from '../errors.ts'
import { Checkpoints } from './checkpoints.ts'
import { copyCheckpoint } from './copy-checkpoint.ts'
import { type Manifest, originOf } from './manifest.ts'

type OpenBlobs = (address: string) => BlobStore

/** A checkpoint, and where its files are. */
export interface PlacedCheckpoint {
  readonly blobs: BlobStore
  readonly manifest: Manifest
}

export interface StartPoint {
  /** Makes the checkpoint of choice the newest one of a place. */
  readonly startFrom: (own: Checkpoints) => Promise<void>
  /** The same checkpoint, which stays where it is; null where the newest one of the place is. */
  readonly findStart: (own: Checkpoints) => Promise<PlacedCheckpoint | null>
}

/** What a run at `place` does first when it shall start from `wanted`: a number of its own, or an address; null for the newest. */
export function startPoint(wanted: string, place: string, open: OpenBlobs): StartPoint | null {
  if (wanted === '') return null
  const statement = place.slice(place.lastIndexOf('/') + 1)
  if (/^\d{1,12}$/.test(wanted)) {
    const number = Number(wanted)
    return { startFrom: (own) => goBack(own, number, statement), findStart: (own) => findOwn(own, number, statement) }
  }
  const address = wanted.replace(/\/+$/, '')
  return {
    startFrom: (own) => startElsewhere(own, address, statement, open),
    findStart: (own) => findElsewhere(own, address, statement, open),
  }
}

const firstStatement = 'statement-1'

/** Makes an older checkpoint of a place the newest one; later ones are given up, whatever is wrong with them. */
async function goBack(own: Checkpoints, number: number, statement: string): Promise<void> {
  const found = await findOwn(own, number, statement)
  if (found === null) return
  const numbers = await own.numbers()
  await own.publish({ ...found.manifest, number: (numbers.at(-1) ?? 0) + 1, origin: originOf(found.manifest) })
  await own.remove(numbers.filter((each) => each > number))
}

/**
 * Null when the newest one is it, or came of it. Of a script of several statements it is meant for the one that was not at its end: those
 * before it are done, and those after it have not begun.
 */
async function findOwn(own: Checkpoints, number: number, statement: string): Promise<PlacedCheckpoint | null> {
  const last = (await own.numbers()).at(-1)
  if (last === undefined && statement !== firstStatement) return null
  const newest = await newestWhole(own)
  if (last === number || newest?.finished === true || newest?.origin?.number === number) return null
  return { blobs: own.blobs, manifest: await own.find(number) }
}

/** Brings the newest checkpoint from elsewhere. `statement` is the folder of the statement in a place that holds several. */
async function startElsewhere(own: Checkpoints, address: string, statement: string, open: OpenBlobs): Promise<void> {
  const found = await findElsewhere(own, address, statement, open)
  if (found !== null) await copyCheckpoint(found.blobs, found.manifest, own, originOf(found.manifest))
}

/** Null when the newest one of the place came of it, and when it was taken before the statement began. */
async function findElsewhere(own: Checkpoints, address: string, statement: string, open: OpenBlobs): Promise<PlacedCheckpoint | null> {
  const found = await checkpointAt(address, statement, open)
  if (found === null) return null
  const newest = await own.newest()
  if (newest?.origin?.digest === originOf(found.manifest).digest) return null
  if (newest !== null) throw embeddedErrors.ENGINE_CHECKPOINT_PLACE_TAKEN({ place: own.blobs.place })
  return found
}

/** Null when what is there was taken before the statement began. */
async function checkpointAt(address: string, statement: string, open: OpenBlobs): Promise<PlacedCheckpoint | null> {
  const isOfOne = address.endsWith(`/${statement}`) || (statement === firstStatement && !/\/statement-\d+$/.test(address))
  for (const blobs of [open(`${address}/${statement}`), ...(isOfOne ? [open(address)] : [])]) {
    const manifest = await new Checkpoints(blobs).newest()
    if (manifest !== null) return { blobs, manifest }
  }
  const whole = open(address)
  const others = [...(await whole.list('statement-')), ...(await whole.list('checkpoints/'))]
  if (others.length > 0) return null
  throw embeddedErrors.ENGINE_CHECKPOINTS_NOT_FOUND({ place: whole.place })
}

async function newestWhole(own: Checkpoints): Promise<Manifest | null> {
  return own.newest().catch(() => null)
}
