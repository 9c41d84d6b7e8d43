/** Copies a checkpoint to another place, with all state that it names, so that a run can start from there. */
import { type BlobStore, writeBlob } from '#blobs'
import type { Checkpoints } from './checkpoints.ts'
import type { Manifest, Origin, SavedFile } from './manifest.ts'
import { checkPages } from './state-file.ts'

const chunkBytes = 8_388_608

/** Nothing is to be seen there before the copy is whole, and every checksum in it was looked at. The place must be locked. */
export async function copyCheckpoint(from: BlobStore, manifest: Manifest, to: Checkpoints, origin?: Origin): Promise<void> {
  for (const file of manifest.files) await copyBlob(from, file, to.blobs)
  for (const { name, bytes } of manifest.files) await checkPages(to.blobs, name, bytes)
  await to.publish(origin === undefined ? manifest : { ...manifest, origin })
}

async function copyBlob(from: BlobStore, { name, bytes }: SavedFile, to: BlobStore): Promise<void> {
  await writeBlob(to, name, 'replace', async (writer) => {
    for (let at = 0; at < bytes; at += chunkBytes) await writer.append(await from.read(name, at, Math.min(chunkBytes, bytes - at)))
  })
}
