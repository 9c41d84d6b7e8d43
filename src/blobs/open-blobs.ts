/** Finds the store that an address names: a folder of this machine, as a path or `file:` address. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BlobStore } from './blob-store.ts'
import { blobErrors } from './errors.ts'
import { LocalBlobs } from './local-blobs.ts'

export function openBlobs(address: string): BlobStore {
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined) return new LocalBlobs(path.resolve(address))
  if (scheme === 'file') return new LocalBlobs(path.resolve(fileURLToPath(address.replace(/^file:\/{0,2}(?=\/)/i, 'file://'))))
  throw blobErrors.BLOBS_SCHEME_NOT_FOUND({ address, scheme })
}
