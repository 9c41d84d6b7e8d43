/** Which files are compressed, and how: by the end of their names. */
import type { Transform } from 'node:stream'
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { filesystemErrors } from './errors.ts'

export interface Compression {
  readonly name: string
  /** How data that follows the end of a compressed stream is taken. */
  readonly followedBy: 'more-frames' | 'nothing'
  create(): Transform & { readonly bytesWritten: number }
}

/** Decompressed bytes handed on at a time. */
const chunkSize = 262_144

const gzip: Compression = { name: 'gzip', followedBy: 'nothing', create: () => createGunzip({ chunkSize }) }
const deflate: Compression = { name: 'deflate', followedBy: 'nothing', create: () => createInflate({ chunkSize }) }
/** Node ends a zstd stream after its first frame; files of many frames are common. */
const zstd: Compression = { name: 'zstd', followedBy: 'more-frames', create: () => createZstdDecompress({ chunkSize }) }

const byExtension: Readonly<Record<string, Compression>> = {
  gz: gzip,
  gzip,
  deflate,
  zst: zstd,
  zstd,
}
const unsupported: Readonly<Record<string, string>> = {
  bz2: 'bzip2',
  bzip2: 'bzip2',
  xz: 'xz',
  lz4: 'lz4',
  snappy: 'snappy',
  br: 'brotli',
  zip: 'zip',
}

/** The compression of a file; null for none. */
export function compressionOf(path: string): Compression | null {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const refused = unsupported[extension]
  if (refused !== undefined) throw filesystemErrors.CONNECTORS_FILESYSTEM_COMPRESSION_UNSUPPORTED({ path, compression: refused })
  return byExtension[extension] ?? null
}
