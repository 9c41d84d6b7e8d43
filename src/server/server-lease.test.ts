import { expect, test, vi } from 'vitest'
import { systemClock } from '#base'
import { type Lease, MemoryStore, type Store } from '#store'
import { ServerLease } from './server-lease.ts'

/** A store whose leases are lost when somebody says so. */
class ShakyStore extends MemoryStore {
  isGone = false
  #lose: () => void = () => undefined
  #lease: Lease | null = null

  override async lease(name: string, onLost: () => void = () => undefined): Promise<Lease | null> {
    if (this.isGone) throw new Error('the store does not answer')
    this.#lease = await super.lease(name)
    if (this.#lease !== null) this.#lose = onLost
    return this.#lease
  }

  async lose(): Promise<void> {
    this.isGone = true
    await this.#lease?.release()
    this.#lose()
  }
}

async function heldBy(store: Store, over: (error: Error) => void, troubles: unknown[] = []): Promise<ServerLease> {
  return ServerLease.take(store, systemClock, { failed: (error) => troubles.push(error), over })
}

const never = (): void => expect.unreachable('the lease is over')

test('a second server is refused, until the first one has closed', async () => {
  const store = new MemoryStore(systemClock)
  const first = await heldBy(store, never)
  await expect(heldBy(store, never)).rejects.toMatchObject({ code: 'SERVER_RUNS_ALREADY' })
  await first.close()
  await (await heldBy(store, never)).close()
})

test('is had again after the store was away, where nobody else had it', async () => {
  const store = new ShakyStore(systemClock)
  const troubles: unknown[] = []
  const lease = await heldBy(store, never, troubles)
  await store.lose()
  expect(lease.isHeld).toBe(false)
  expect(troubles).toMatchObject([{ code: 'SERVER_LEASE_LOST' }])
  store.isGone = false
  await vi.waitFor(() => expect(lease.isHeld).toBe(true), 10_000)
  await lease.close()
})

test('is over where another server had it meanwhile, though that one has gone', async () => {
  const store = new ShakyStore(systemClock)
  const { promise, resolve } = Promise.withResolvers<Error>()
  const lease = await heldBy(store, resolve)
  await store.lose()
  store.isGone = false
  await (await heldBy(store, never)).close()
  expect(await promise).toMatchObject({ code: 'SERVER_LEASE_TAKEN' })
  expect(lease.isHeld).toBe(false)
  await lease.close()
})

test('is not asked for again once it was closed', async () => {
  const store = new ShakyStore(systemClock)
  const lease = await heldBy(store, never)
  await store.lose()
  await lease.close()
  store.isGone = false
  await new Promise((resolve) => setTimeout(resolve, 2500))
  const next = await heldBy(store, never)
  expect([lease.isHeld, next.isHeld]).toEqual([false, true])
  await next.close()
})
