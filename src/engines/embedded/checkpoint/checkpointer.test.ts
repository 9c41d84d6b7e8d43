import { expect, test } from 'vitest'
import { MemoryBlobs } from '#blobs'
import { noCheckpoints } from '#metrics'
import { Checkpointer } from './checkpointer.ts'

test('tells of the last checkpoint how long it took, what it wrote and what it is made of', async () => {
  const clock = { ms: 0, nowMs: () => 0, monotonicMs: () => clock.ms }
  const settings = { blobs: new MemoryBlobs(), intervalMs: 1000, dropsState: false, plan: '' }
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
    await checkpointer.publish({ ...facts, files: [...files] })
    clock.ms += 1000
  }
  await checkpointer.end()
  expect(checkpointer.metrics).toEqual({
    numberOfCompletedCheckpoints: 2,
    lastCheckpointDuration: 40,
    lastCheckpointSize: 60,
    lastCheckpointFullSize: 360,
  })
})
