/** A durable run that is asked to stop goes on later as if it had never stopped, at whatever moment it was asked. */
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MemoryBlobs } from '#blobs'
import { faultyBlobs } from './blob-faults.fixture.ts'
import { allNumbers, Sums } from './sums.fixture.ts'

let sums: Sums

beforeEach(async () => {
  sums = await Sums.create()
})
afterEach(() => rm(sums.folder, { recursive: true, force: true }))

test('stopped while its second checkpoint is taken, it loses nothing and invents nothing', async () => {
  const blobs = new MemoryBlobs()
  const stopping = new AbortController()
  const stopAtSecond = faultyBlobs(blobs, (step) => {
    if (step === 'create checkpoints/00000002.json') stopping.abort()
  })
  await sums.run({ open: () => stopAtSecond, signal: stopping.signal })
  expect((await sums.numbers()).length).toBeLessThan(100)
  await sums.run({ open: () => blobs, settings: { 'execution.checkpointing.interval': '1 h' } })
  expect(await sums.numbers()).toEqual(allNumbers)
})

test('checkpoints that take longer than it is to the next one do not hold the run up', async () => {
  const slow = faultyBlobs(new MemoryBlobs(), (step) => (step.startsWith('finish checkpoints/') ? sleep(20) : undefined))
  await sums.run({ open: () => slow })
  expect(await sums.numbers()).toEqual(allNumbers)
})

test('a last checkpoint that cannot be taken is told', async () => {
  const blobs = new MemoryBlobs()
  const stopping = new AbortController()
  const broken = faultyBlobs(blobs, (step) => {
    // The second one is still taken, and a last one after it is not.
    if (step === 'finish checkpoints/00000002.json') stopping.abort()
    else if (step.startsWith('finish') && stopping.signal.aborted) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
  })
  await expect(sums.run({ open: () => broken, signal: stopping.signal })).rejects.toThrow('no space')
  await sums.run({ open: () => blobs })
  expect(await sums.numbers()).toEqual(allNumbers)
})
