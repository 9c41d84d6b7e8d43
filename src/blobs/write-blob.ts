import type { BlobStore, BlobWriter } from './blob-store.ts'

/** Writes a blob with what `fill` appends; given up when that fails. */
export async function writeBlob(
  blobs: BlobStore,
  name: string,
  mode: 'replace' | 'new',
  fill: (writer: BlobWriter) => Promise<void>,
): Promise<void> {
  const writer = await blobs.create(name, mode)
  try {
    await fill(writer)
    await writer.finish()
  } catch (error) {
    await writer.abandon()
    throw error
  }
}
