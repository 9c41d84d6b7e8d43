/** The checkpoints of all statements of a script, at the place that its runs were given. */
import { type BlobStore, openBlobs } from '#blobs'
import { embeddedErrors } from '../errors.ts'
import { Checkpoints } from './checkpoints.ts'
import { copyCheckpoint } from './copy-checkpoint.ts'
import {
  type CheckpointDetails,
  describeCheckpoint,
  type ListedCheckpoint,
  listCheckpoints,
  readEntries,
  type StateEntry,
  type VerifiedFile,
  verifyCheckpoints,
} from './inspect.ts'
import { manifestNumber } from './manifest.ts'

/** The checkpoints of one statement. */
export interface CheckpointPlace {
  /** As in `statement-1`; empty where a place holds those of one statement only. */
  readonly statement: string
  readonly place: string
  list(): Promise<ListedCheckpoint[]>
  describe(number: number): Promise<CheckpointDetails>
  entries(number: number, visit: (entry: StateEntry) => void): Promise<void>
  verify(numbers: readonly number[]): Promise<VerifiedFile[]>
  /** Copies one to a place that a run can start from, which must have none yet. Returns where it is. */
  exportTo(address: string, number: number): Promise<string>
}

/** Those that are there, by statement; a place that has none is an error. */
export async function checkpointPlaces(address: string): Promise<CheckpointPlace[]> {
  const root = openBlobs(address)
  const names = [...(await root.list('statement-')), ...(await root.list('checkpoints/'))].map(({ name }) => name)
  const statements = new Set<string>()
  for (const name of names) {
    const [, folder = '', rest = ''] = /^(?:(statement-\d+)\/)?(checkpoints\/.*)$/.exec(name) ?? []
    if (manifestNumber(rest) !== null) statements.add(folder)
  }
  if (statements.size === 0) throw embeddedErrors.ENGINE_CHECKPOINTS_NOT_FOUND({ place: root.place })
  const order = (statement: string): number => Number(/\d+$/.exec(statement)?.[0] ?? 0)
  return [...statements].sort((a, b) => order(a) - order(b)).map((statement) => placeOf(address, statement))
}

function placeOf(address: string, statement: string): CheckpointPlace {
  const blobs = openBlobs(below(address, statement))
  return {
    statement,
    place: blobs.place,
    list: () => listCheckpoints(blobs),
    describe: (number) => describeCheckpoint(blobs, number),
    entries: (number, visit) => readEntries(blobs, number, visit),
    verify: (numbers) => verifyCheckpoints(blobs, numbers),
    exportTo: (target, number) => exportCheckpoint(blobs, openBlobs(below(target, statement)), number),
  }
}

function below(address: string, statement: string): string {
  return statement === '' ? address : `${address.replace(/\/+$/, '')}/${statement}`
}

/** Copies a checkpoint of a run that goes on, under the name of its statement. Gives the bytes of state that it holds. */
export async function exportRunning(place: string, target: string, number: number, open = openBlobs): Promise<number> {
  const statement = /[^/]*$/.exec(place)?.[0] ?? ''
  const copies = open(below(target, statement))
  await exportCheckpoint(open(place), copies, number)
  const { files } = await new Checkpoints(copies).read(number)
  return files.reduce((bytes, file) => bytes + file.bytes, 0)
}

async function exportCheckpoint(blobs: BlobStore, target: BlobStore, number: number): Promise<string> {
  const manifest = await new Checkpoints(blobs).find(number)
  const copies = new Checkpoints(target)
  await copies.lock()
  try {
    if ((await copies.numbers()).length > 0) {
      throw embeddedErrors.ENGINE_CHECKPOINT_PLACE_TAKEN({ place: target.place }, { hint: 'Export to a folder that has none.' })
    }
    await copyCheckpoint(blobs, manifest, copies)
  } finally {
    await copies.release()
  }
  return target.place
}
