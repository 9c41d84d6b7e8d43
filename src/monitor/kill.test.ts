import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MovedClock, newFolder } from './monitor.fixture.ts'
import { SampleStore } from './sample-store.ts'

const program = fileURLToPath(new URL('sampling-process.fixture.ts', import.meta.url))
const begin = Date.UTC(2030, 0, 1)

/** Keeps samples from a number on, and is killed after it has told of some; the last that it told of. */
async function keepUntilKilled(folder: string, first: number, count: number): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--disable-warning=ExperimentalWarning', program, folder, `${first}`, `${begin}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const gone = once(child, 'exit')
  let last = first - 1
  for await (const line of createInterface(child.stdout)) {
    last = Number(line)
    if (last >= first + count) child.kill('SIGKILL')
  }
  await gone
  return last
}

test('a process that is killed while it keeps samples loses none that was safe, and leaves nothing to repair', async () => {
  const folder = newFolder()
  let next = 0
  for (const count of [90, 31, 70, 0, 130]) next = 1 + (await keepUntilKilled(folder, next, count))
  const clock = new MovedClock(begin + next * 5000)
  const store = SampleStore.open({ folder, clock, bytesMax: 100_000_000 })
  await store.maintain()
  const query = { from: begin, to: begin + next * 5000, stepMs: 5000, operator: '1', by: 'subtask', kept: null } as const
  const { series } = await store.series({ workspace: 'w', job: 'j' }, { ...query, metrics: ['numRecordsIn'] })
  expect(next).toBeGreaterThan(320)
  expect(series[0]?.values).toEqual(Array.from({ length: next }, (_, number) => number))
  const coarse = await store.series({ workspace: 'w', job: 'j' }, { ...query, metrics: ['numRecordsIn'], stepMs: 300_000 })
  expect(coarse.series[0]?.values.slice(0, 5)).toEqual([59, 119, 179, 239, 299])
  store.close()
})
