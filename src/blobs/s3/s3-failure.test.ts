import { expect, test } from 'vitest'
import { pauseAfter, s3Error } from './s3-failure.ts'

const request = { name: 'a', place: 's3://bucket/x', bucket: 'bucket', action: 'read' } as const

test('an answer that is not what its checksum says is asked for again', () => {
  const garbled = new Error('Checksum mismatch: expected "x" but received "y" in response header "x-amz-checksum-crc32".')
  expect(pauseAfter(garbled)).not.toBeNull()
  expect(s3Error(garbled, request)).toMatchObject({ code: 'BLOBS_UNREADABLE', detail: 'The answer is not what its checksum says.' })
})

test('what nobody knows is not tried again, and not shown', () => {
  const unknown = new Error('with a signature')
  expect(pauseAfter(unknown)).toBeNull()
  expect(JSON.stringify(s3Error(unknown, request))).not.toContain('signature')
})
