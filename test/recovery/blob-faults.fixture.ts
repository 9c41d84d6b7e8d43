/** A store of blobs that does what it is asked, but for what a test wants to go wrong. */
import type { BlobStore } from '#blobs'

/** Is called before each step with its name, such as `finish checkpoints/00000002.json`; what it throws is what goes wrong; a promise delays it. */
export type Fault = (step: string) => void | Promise<void>

export function faultyBlobs(blobs: BlobStore, fault: Fault): BlobStore {
  const before = async <T>(step: string, go: () => Promise<T>): Promise<T> => {
    await fault(step)
    return go()
  }
  return {
    place: blobs.place,
    create: (name, mode) =>
      before(`create ${name}`, async () => {
        const writer = await blobs.create(name, mode)
        return {
          append: (bytes) => before(`append ${name}`, () => writer.append(bytes)),
          finish: () => before(`finish ${name}`, () => writer.finish()),
          abandon: () => writer.abandon(),
        }
      }),
    read: (name, start, length) => before(`read ${name}`, () => blobs.read(name, start, length)),
    list: (prefix) => before(`list ${prefix}`, () => blobs.list(prefix)),
    remove: (name) => before(`remove ${name}`, () => blobs.remove(name)),
    lock: () => before('lock', () => blobs.lock()),
  }
}
