import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BlobStore } from '../blob-store.ts'
import { ownIdentity } from '../process-identity.ts'
import { PretendStore } from './pretend-store.fixture.ts'

let store: PretendStore

beforeEach(async () => {
  store = new PretendStore()
  await store.start()
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ACCESSKEY')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'SECRETKEY')
  vi.stubEnv('AWS_ENDPOINT_URL', store.address)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await store.stop()
})

async function put(blobs: BlobStore, name: string, text: string, mode: 'replace' | 'new' = 'replace'): Promise<void> {
  const writer = await blobs.create(name, mode)
  await writer.append(Buffer.from(text))
  await writer.finish()
}

async function failureOf(action: Promise<unknown>): Promise<Error> {
  return action.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as Error,
  )
}

function code(expected: string): unknown {
  return expect.objectContaining({ code: expected })
}

describe('what passes is tried again', () => {
  test.each([
    [503, 'SlowDown'],
    [500, 'InternalError'],
    [429, 'TooManyRequests'],
    [502, 'BadGateway'],
    [400, 'RequestTimeout'],
  ])('%d %s', async (status, word) => {
    store.fate = (_, count) => (count <= 3 ? { status, code: word } : 'heeded')
    const blobs = store.blobs()
    await put(blobs, 'a', 'x')
    expect(store.requests).toEqual(['PUT a', 'PUT a', 'PUT a', 'PUT a'])
    expect(store.objects.get('a')?.toString()).toBe('x')
  })

  test('for a bounded time, and then told with what was tried', async () => {
    store.fate = () => ({ status: 503, code: 'SlowDown' })
    const failure = await failureOf(put(store.blobs(9000), 'a', 'x'))
    expect(failure).toMatchObject({
      code: 'BLOBS_UNREACHABLE',
      blame: 'external',
      message: 'could not reach "s3://bucket/run"',
      detail: expect.stringMatching(/^The store answered SlowDown, status 503. Tried \d+ times in \d\.\d s\.$/),
    })
    // Pauses of half of 1, 2, 4 and 8 s fit, and that of 10 s does not.
    expect(store.requests).toHaveLength(5)
  })

  test('a wrong clock is set by the answer', async () => {
    const date = new Date(Date.parse('2001-01-01')).toUTCString()
    store.fate = (_, count) => (count === 1 ? { status: 403, code: 'RequestTimeTooSkewed', date } : 'heeded')
    await put(store.blobs(), 'a', 'x')
    expect(store.heads.map((head) => String(head['x-amz-date']).slice(0, 4))).toEqual([expect.not.stringMatching('2001'), '2001'])
  })

  test('a clock that stays wrong is told', async () => {
    store.fate = () => ({ status: 403, code: 'RequestTimeTooSkewed' })
    expect(await failureOf(put(store.blobs(), 'a', 'x'))).toEqual(code('BLOBS_CLOCK_SKEWED'))
  })
})

test.each([
  [403, 'InvalidAccessKeyId', 'BLOBS_ACCESS_DENIED'],
  [403, 'AccessDenied', 'BLOBS_ACCESS_DENIED'],
  [400, 'ExpiredToken', 'BLOBS_ACCESS_DENIED'],
  [301, 'PermanentRedirect', 'BLOBS_REGION'],
  [404, 'NoSuchBucket', 'BLOBS_BUCKET_NOT_FOUND'],
  [400, 'EntityTooLarge', 'BLOBS_UNWRITABLE'],
])('%d %s is not tried again, and repeats no key', async (status, word, expected) => {
  store.fate = () => ({ status, code: word })
  const failure = await failureOf(put(store.blobs(), 'a', 'x'))
  expect(failure).toEqual(code(expected))
  expect(store.requests).toHaveLength(1)
  const shown = [failure.message, failure.stack, JSON.stringify(failure), String(failure.cause)].join(' ')
  expect(shown).not.toMatch(/ACCESSKEY|SECRETKEY|Signature/)
})

describe('an answer that is lost', () => {
  test('to a write that has to be new is no refusal when the write was heeded', async () => {
    // So is the first answer to the look at what is there.
    store.fate = (_, count) => (count === 1 ? 'answer-lost' : 'heeded')
    await put(store.blobs(), 'a', 'mine', 'new')
    expect(store.requests).toEqual(['PUT a', 'PUT a', 'GET a', 'GET a'])
    await expect(put(store.blobs(), 'a', 'other', 'new')).rejects.toThrow(code('BLOBS_EXISTS'))
    expect(store.objects.get('a')?.toString()).toBe('mine')
  })

  test('to the lock leaves the lock ours', async () => {
    store.fate = (request, count) => (request === 'PUT .lock' && count === 1 ? 'answer-lost' : 'heeded')
    const lock = await store.blobs().lock()
    await lock.confirm()
    await lock.release()
    expect(store.objects.has('.lock')).toBe(false)
  })
})

describe('the lease', () => {
  const times = { leaseMs: 400, renewMs: 100, lookMs: 20 }
  const foreign = async (renewals = 1): Promise<Buffer> =>
    Buffer.from(JSON.stringify({ ...(await ownIdentity()), host: 'elsewhere', machine: 'x', boot: 'y', pid: 7, token: 'theirs', renewals }))

  test('of an owner who is silent runs out, and is taken over', async () => {
    store.objects.set('.lock', await foreign())
    const startMs = performance.now()
    const lock = await store.leased(times).lock()
    expect(performance.now() - startMs).toBeGreaterThan(times.leaseMs * 0.9)
    expect(store.objects.get('.lock')?.toString()).toContain(lock.token)
    await lock.release()
  })

  test('of an owner who renews it is refused', async () => {
    store.objects.set('.lock', await foreign())
    const renewing = sleep(150).then(async () => store.objects.set('.lock', await foreign(2)))
    const failure = await failureOf(store.leased(times).lock())
    await renewing
    expect(failure).toMatchObject({ code: 'BLOBS_LOCKED', detail: 'Process 7 on host "elsewhere" holds it.' })
  })

  test('of a dead process of this machine is taken over at once', async () => {
    const dead = { ...(await ownIdentity()), began: '1', token: 'theirs' }
    store.objects.set('.lock', Buffer.from(JSON.stringify(dead)))
    const lock = await store.blobs().lock()
    expect(store.requests).toEqual(['PUT .lock', 'GET .lock', 'GET .lock', 'PUT .lock'])
    await lock.release()
  })

  test('is renewed, and stays ours while it is', async () => {
    const lock = await store.leased(times).lock()
    const first = store.objects.get('.lock')?.toString()
    await sleep(350)
    expect(store.objects.get('.lock')?.toString()).not.toBe(first)
    await expect(store.leased(times).lock()).rejects.toThrow(code('BLOBS_LOCKED'))
    lock.check()
    await lock.release()
  })

  test('that another one took is lost, for good, and not removed', async () => {
    const lock = await store.leased(times).lock()
    store.objects.set('.lock', await foreign())
    await expect(lock.confirm()).rejects.toThrow(code('BLOBS_LOCK_LOST'))
    expect(() => lock.check()).toThrow(code('BLOBS_LOCK_LOST'))
    await lock.release()
    expect(store.objects.get('.lock')?.toString()).toContain('theirs')
  })

  test('is known to be lost without being asked for', async () => {
    const lock = await store.leased(times).lock()
    store.objects.set('.lock', await foreign())
    await sleep(300)
    expect(() => lock.check()).toThrow(code('BLOBS_LOCK_LOST'))
  })

  test('that somebody removed is written anew', async () => {
    const lock = await store.leased(times).lock()
    store.objects.delete('.lock')
    await lock.confirm()
    expect(store.objects.get('.lock')?.toString()).toContain(lock.token)
    await lock.release()
  })

  test('outlives a store that is away for a while', async () => {
    const lock = await store.leased(times).lock()
    store.fate = () => ({ status: 503, code: 'ServiceUnavailable' })
    await sleep(300)
    store.fate = () => 'heeded'
    lock.check()
    await lock.confirm()
    await lock.release()
    expect(store.objects.has('.lock')).toBe(false)
  })
})
