import { expect, test } from 'vitest'
import { MemoryBlobs } from '#blobs'
import { noCheckpoints } from '#metrics'
import { Checkpointer } from './checkpointer.ts'

test('tells of the last checkpoint how long it took, what it wrote and what it is made of', async () => {
  const clock = { ms: 0, nowMs: () => 0, monotonicMs: () => clock.ms }
  const settings = { blobs: new MemoryBlobs(), intervalMs: 1000, dropsState: false, plan: '', start: null }
  const checkpointer = new Checkpointer(settings, clock, [], [])
  await checkpointer.begin()
  expect(checkpointer.metrics).toEqual(noCheckpoints)
  const facts = { finished: false, workers: 2, sources: [], sinks: [], watermarks: {} }
  const files: { readonly name: string; readonly bytes: number; readonly worker: number }[] = []
  for (const bytes of [100, 20]) {
    checkpointer.noteBegin()
    clock.ms += 40
    files.push(
      { name: checkpointer.nextFileName(0), bytes, worker: 0 },
      { name: checkpointer.nextFileName(1), bytes: bytes * 2, worker: 1 },
    )
    await checkpointer.publish({ ...facts, files: [...files] }, [])
    clock.ms += 1000
  }
  await checkpointer.end()
  expect(checkpointer.metrics).toEqual({
    numberOfCompletedCheckpoints: 2,
    numberOfFailedCheckpoints: 0,
    lastCheckpointDuration: 40,
    lastCheckpointSize: 60,
    lastCheckpointFullSize: 360,
  })
})

test('the id of the work is the same in every life, and another one in another place', async () => {
  const clock = { nowMs: () => 0, monotonicMs: () => 0 }
  const idIn = async (blobs: MemoryBlobs): Promise<string> => {
    const checkpointer = new Checkpointer({ blobs, intervalMs: 1000, dropsState: false, plan: '', start: null }, clock, [], [])
    await checkpointer.begin()
    await checkpointer.end()
    return checkpointer.workId
  }
  const place = new MemoryBlobs()
  const first = await idIn(place)
  expect(first).toMatch(/^[\da-f]{32}$/)
  expect(await idIn(place)).toBe(first)
  expect(await idIn(new MemoryBlobs())).not.toBe(first)
  const writer = await place.create('work')
  await writer.append(new TextEncoder().encode(first.slice(1)))
  await writer.finish()
  await expect(idIn(place)).rejects.toMatchObject({ code: 'ENGINE_CHECKPOINT_DAMAGED', message: expect.stringContaining('"work"') })
})
