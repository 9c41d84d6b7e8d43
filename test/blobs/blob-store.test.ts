/** Stores of blobs on this machine. What speaks S3 is tested in test/system. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { MemoryBlobs, openBlobs } from '#blobs'
import { code, describeBlobStore } from './blob-store.fixture.ts'

describeBlobStore('memory', async () => new MemoryBlobs())
describeBlobStore('a folder', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-blobs-'))
  return openBlobs(path.join(folder, 'made', 'later'))
})

test('an address names a folder or a bucket', () => {
  expect(openBlobs('file:///var/x').place).toBe('/var/x')
  expect(openBlobs('x').place).toBe(path.resolve('x'))
  expect(openBlobs('s3://bucket').place).toBe('s3://bucket')
  expect(openBlobs('s3://bucket//a/b/').place).toBe('s3://bucket/a/b')
  expect(() => openBlobs('ftp://host/x')).toThrow(code('BLOBS_SCHEME_NOT_FOUND'))
})

test.each(['s3://key:secret@bucket/x', 's3://', 's3://b', 's3://bucket/a/../b', 's3://bucket/x?secret=1', 's3:bucket'])(
  '%s is no address of a bucket, and is not repeated',
  (address) => {
    expect(() => openBlobs(address)).toThrow(code('BLOBS_BUCKET_ADDRESS'))
    expect(() => openBlobs(address)).not.toThrow(/secret/)
  },
)
