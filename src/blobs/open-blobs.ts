/** Finds the store that an address names: a folder of this machine, as a path or `file:` address, or a bucket, as `s3://bucket/prefix`. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BlobStore } from './blob-store.ts'
import { blobErrors } from './errors.ts'
import { LocalBlobs } from './local-blobs.ts'
import { S3Blobs } from './s3/s3-blobs.ts'

export function openBlobs(address: string): BlobStore {
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined) return new LocalBlobs(path.resolve(address))
  if (scheme === 'file') return new LocalBlobs(path.resolve(fileURLToPath(address.replace(/^file:\/{0,2}(?=\/)/i, 'file://'))))
  if (scheme === 's3') return new S3Blobs(address)
  throw blobErrors.BLOBS_SCHEME_NOT_FOUND({ address, scheme })
}
