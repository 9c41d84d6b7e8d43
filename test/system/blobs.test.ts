/** Blobs in a bucket of a real server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openBlobs } from '#blobs'
import { describeBlobStore, put } from '../blobs/blob-store.fixture.ts'
import { type S3Server, startS3Server } from './s3-server.fixture.ts'

let server: S3Server
let prefixes = 0

beforeAll(async () => {
  server = await startS3Server()
})
afterAll(() => server.remove())
beforeEach(() => {
  for (const [name, value] of Object.entries(server.variables)) vi.stubEnv(name, value)
  return () => vi.unstubAllEnvs()
})

function address(): string {
  return `s3://${server.bucket}/run-${++prefixes}`
}

/** `done` for what succeeded, else the code of the error. */
function codesOf(outcomes: readonly PromiseSettledResult<unknown>[]): string[] {
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'done' : String((outcome.reason as { code?: unknown }).code))).sort()
}

describeBlobStore('a bucket', async () => openBlobs(address()))

describe('blobs in a bucket, besides', () => {
  test('one prefix does not see what another one has', async () => {
    const own = address()
    await put(openBlobs(own), 'a', 'own')
    await put(openBlobs(`${own}0`), 'a', 'of another')
    expect(await openBlobs(own).list('')).toEqual([{ name: 'a', bytes: 3 }])
    expect((await openBlobs(`s3://${server.bucket}`).list('run-')).length).toBeGreaterThan(1)
  })

  test('more are listed than one answer holds', async () => {
    const store = openBlobs(address())
    const names = Array.from({ length: 1005 }, (_, number) => `state/${String(number).padStart(8, '0')}`)
    for (let at = 0; at < names.length; at += 50) await Promise.all(names.slice(at, at + 50).map((name) => put(store, name, 'x')))
    expect((await store.list('state/')).map(({ name }) => name)).toEqual(names)
  })

  test('of two large ones that have to be new, one succeeds', async () => {
    const own = address()
    const sendLarge = async (): Promise<void> => {
      const writer = await openBlobs(own).create('large', 'new')
      for (let part = 0; part < 3; part++) await writer.append(new Uint8Array(8_500_000))
      try {
        await writer.finish()
      } finally {
        await writer.abandon()
      }
    }
    const outcomes = await Promise.allSettled([sendLarge(), sendLarge(), sendLarge()])
    expect(codesOf(outcomes)).toEqual(['BLOBS_EXISTS', 'BLOBS_EXISTS', 'done'])
  })

  test('of many who want the lock, one gets it', async () => {
    const own = address()
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => openBlobs(own).lock()))
    expect(codesOf(outcomes)).toEqual(['BLOBS_LOCKED', 'BLOBS_LOCKED', 'BLOBS_LOCKED', 'BLOBS_LOCKED', 'done'])
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.release()
  })
})

describe('what is wrong is named, and keys are not', () => {
  const cases: readonly [kind: string, variables: Readonly<Record<string, string>>, expected: object][] = [
    ['an unknown access key', { AWS_ACCESS_KEY_ID: 'NOBODYSKEY' }, { code: 'BLOBS_ACCESS_DENIED', blame: 'user' }],
    [
      'another secret key',
      { AWS_SECRET_ACCESS_KEY: 'NOBODYSSECRET' },
      { code: 'BLOBS_ACCESS_DENIED', detail: 'The secret key does not belong to the access key.' },
    ],
    ['another region', { AWS_REGION: 'eu-west-1' }, { code: 'BLOBS_REGION' }],
    ['no server', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, { code: 'BLOBS_UNREACHABLE', blame: 'external' }],
    ['no host', { AWS_ENDPOINT_URL: 'http://nowhere.invalid' }, { code: 'BLOBS_UNREACHABLE', blame: 'external' }],
  ]
  test.each(cases)('%s', { timeout: 40_000 }, async (_, variables, expected) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    const failure = await openBlobs(address())
      .list('')
      .then(
        () => null,
        (error: unknown) => error as Error,
      )
    expect(failure).toMatchObject(expected)
    const shown = `${failure?.message} ${failure?.stack} ${JSON.stringify(failure)} ${String(failure?.cause)}`
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) expect(shown).not.toContain(process.env[name])
  })

  test('a bucket that is not there, whatever is asked of it', async () => {
    const store = openBlobs('s3://no-such-bucket/x')
    const expected = expect.objectContaining({ code: 'BLOBS_BUCKET_NOT_FOUND', message: 'bucket "no-such-bucket" does not exist' })
    await expect(store.list('')).rejects.toEqual(expected)
    await expect(store.read('a')).rejects.toEqual(expected)
    await expect(put(store, 'a', 'x')).rejects.toEqual(expected)
    await expect(store.lock()).rejects.toEqual(expected)
  })
})
