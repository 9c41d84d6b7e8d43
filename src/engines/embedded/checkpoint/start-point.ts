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

/** What a run at `place` does first when it shall start from `wanted`: a number of its own, or an address; empty for the newest. */
export function startFrom(wanted: string, place: string, open: OpenBlobs): { readonly startFrom?: (own: Checkpoints) => Promise<void> } {
  if (wanted === '') return {}
  const statement = place.slice(place.lastIndexOf('/') + 1)
  if (/^\d{1,12}$/.test(wanted)) return { startFrom: (own) => goBack(own, Number(wanted), statement) }
  const address = wanted.replace(/\/+$/, '')
  return { startFrom: (own) => startElsewhere(own, address, statement, open) }
}

const firstStatement = 'statement-1'

/**
 * Makes an older checkpoint of a place the newest one; later ones are given up, whatever is wrong with them. Of a script of several
 * statements it is meant for the one that was not at its end: those before it are done, and those after it have not begun.
 */
async function goBack(own: Checkpoints, number: number, statement: string): Promise<void> {
  const numbers = await own.numbers()
  const last = numbers.at(-1)
  if (last === undefined && statement !== firstStatement) return
  const newest = await newestWhole(own)
  if (last === number || newest?.finished === true || newest?.origin?.number === number) return
  const manifest = await own.find(number)
  await own.publish({ ...manifest, number: (last ?? 0) + 1, origin: originOf(manifest) })
  await own.remove(numbers.filter((each) => each > number))
}

/** Brings the newest checkpoint from elsewhere. `statement` is the folder of the statement in a place that holds several. */
async function startElsewhere(own: Checkpoints, address: string, statement: string, open: OpenBlobs): Promise<void> {
  const found = await checkpointAt(address, statement, open)
  if (found === null) return
  const origin = originOf(found.manifest)
  const newest = await own.newest()
  if (newest?.origin?.digest === origin.digest) return
  if (newest !== null) throw embeddedErrors.ENGINE_CHECKPOINT_PLACE_TAKEN({ place: own.blobs.place })
  await copyCheckpoint(found.blobs, found.manifest, own, origin)
}

/** Null when what is there was taken before the statement began. */
async function checkpointAt(
  address: string,
  statement: string,
  open: OpenBlobs,
): Promise<{ readonly blobs: BlobStore; readonly manifest: Manifest } | null> {
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
