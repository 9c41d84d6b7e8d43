import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../check/clocked-run.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { Expiry } from './expiry.ts'

function expiryOf(ttlMs: number, sweptPerRow?: number) {
  const clock = new FakeClock()
  const expiry = new Expiry({ ttlMs, clock, ...(sweptPerRow === undefined ? {} : { sweptPerRow }) })
  expiry.reserve(10)
  return { clock, expiry }
}

function sweepAll(expiry: Expiry): number[] {
  const gone: number[] = []
  for (let round = 0; round < 10; round++) expiry.sweep(10, (slot) => gone.push(slot))
  return gone
}

describe('when state is gone', () => {
  test('is at its time to live after the last write, to the millisecond', () => {
    const { clock, expiry } = expiryOf(100)
    clock.set(1000)
    expiry.begin()
    expiry.write(3)
    expect([expiry.isGone(3), expiry.isHeld(3)]).toEqual([false, true])
    clock.set(1099)
    expiry.begin()
    expect([expiry.isGone(3), expiry.isHeld(3)]).toEqual([false, true])
    clock.set(1100)
    expiry.begin()
    expect([expiry.isGone(3), expiry.isHeld(3)]).toEqual([true, false])
  })

  test('is never for what is not held', () => {
    const { clock, expiry } = expiryOf(100)
    expiry.begin()
    expiry.write(1)
    expiry.drop(1)
    clock.set(1000)
    expiry.begin()
    expect([expiry.isGone(0), expiry.isHeld(0), expiry.isGone(1), expiry.isHeld(1)]).toEqual([false, false, false, false])
  })

  test('comes no sooner and no later when the clock goes back', () => {
    const { clock, expiry } = expiryOf(100)
    clock.set(1000)
    expiry.begin()
    clock.set(500)
    expect(expiry.begin()).toBe(1000)
    expiry.write(0)
    clock.set(1099)
    expiry.begin()
    expect(expiry.isHeld(0)).toBe(true)
  })

  test('is put off by a hold to one and a half times as long, but not before the first time is over', () => {
    const { clock, expiry } = expiryOf(100)
    expiry.begin()
    expiry.hold(0)
    clock.set(50)
    expiry.begin()
    expiry.hold(0)
    clock.set(149)
    expiry.begin()
    expect(expiry.isHeld(0)).toBe(true)
    clock.set(150)
    expiry.begin()
    expect(expiry.isGone(0)).toBe(true)
    clock.set(149 + 1)
    expiry.hold(0)
    clock.set(299)
    expiry.begin()
    expect(expiry.isHeld(0)).toBe(true)
  })

  test('is told of what is written again, once for all writes of a batch', () => {
    const { clock, expiry } = expiryOf(100)
    expiry.begin()
    expiry.writeAll(Int32Array.of(1, 2, -1), 3, () => expect.unreachable())
    clock.set(100)
    expiry.begin()
    const forgotten: number[] = []
    expiry.writeAll(Int32Array.of(2, 3, 2, 1, -1), 3, (slot) => forgotten.push(slot))
    expect(forgotten).toEqual([2])
    expect([expiry.isGone(1), expiry.isHeld(2), expiry.isHeld(3)]).toEqual([true, true, true])
  })
})

describe('a sweep', () => {
  test('looks at a bounded number of slots, and comes to all of them', () => {
    const { clock, expiry } = expiryOf(100, 1)
    expiry.begin()
    for (let slot = 0; slot < 10; slot++) expiry.write(slot)
    sweepAll(expiry)
    clock.set(100)
    expiry.begin()
    const gone: number[] = []
    expiry.sweep(4, (slot) => gone.push(slot))
    expect(gone.length).toBeLessThanOrEqual(4)
    for (let step = 0; step < 4; step++) expiry.sweep(4, (slot) => gone.push(slot))
    expect(gone.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(sweepAll(expiry)).toEqual([])
  })

  test('does nothing when a test wants none', () => {
    const { clock, expiry } = expiryOf(100, 0)
    expiry.begin()
    expiry.write(0)
    clock.set(1000)
    expiry.begin()
    expect(sweepAll(expiry)).toEqual([])
    expect(expiry.isGone(0)).toBe(true)
  })

  test('follows the clock alone when no rows come', () => {
    const { clock, expiry } = expiryOf(100)
    expiry.begin()
    expiry.write(7)
    const gone: number[] = []
    for (const nowMs of [50, 99, 100, 101]) expiry.tick(nowMs, (slot) => gone.push(slot))
    expect(gone).toEqual([7])
    expect(clock.readings).toBe(1)
  })

  test('misses nothing, whatever is written, held and dropped between its steps', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, sweptPerRow) => {
        const random = new Random(seed)
        const { clock, expiry } = expiryOf(20, sweptPerRow)
        const goneAt = new Map<number, number>()
        let nowMs = 0
        for (let step = 0; step < 300; step++) {
          nowMs += random.pick([0, 1, 3, 25])
          clock.set(nowMs)
          expiry.begin()
          const slot = random.below(10)
          const choice = random.below(4)
          if (choice === 0) expiry.drop(slot)
          if (choice === 1 || choice === 2) expiry.write(slot)
          if (choice === 0) goneAt.delete(slot)
          if (choice === 1 || choice === 2) goneAt.set(slot, nowMs + 20)
          expiry.sweep(random.below(3), (found) => {
            expect(goneAt.get(found)).toBeLessThanOrEqual(nowMs)
            goneAt.delete(found)
          })
        }
        clock.set(nowMs + 20)
        expiry.begin()
        expect(sweepAll(expiry).toSorted((a, b) => a - b)).toEqual([...goneAt.keys()].toSorted((a, b) => a - b))
      }),
      { numRuns: 300 },
    )
  })
})
