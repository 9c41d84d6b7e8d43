/** What simulations stand on: a store of blobs like any other, that forgets what was not safe, and histories that repeat. */
import { describe, expect, test } from 'vitest'
import { describeBlobStore, put } from '../blobs/blob-store.fixture.ts'
import { Dice } from '../oracle/random-query.ts'
import { historyOf } from './history.fixture.ts'
import { Life } from './life.fixture.ts'
import { SimulatedBlobs, SimulatedDisk } from './simulated-disk.fixture.ts'
import { Simulation } from './simulation.fixture.ts'
import { statements } from './statements.fixture.ts'

const atOnce = { after: () => Promise.resolve() }

describeBlobStore('a simulated disk', async () => new SimulatedBlobs(new SimulatedDisk(), new Life(atOnce, new Dice(1), null)))

describe('after a crash', () => {
  test('finished blobs are there as they were; of others at most a piece, and no lock', async () => {
    const found = new Set<string>()
    for (let seed = 0; seed < 50; seed++) {
      const disk = new SimulatedDisk()
      const blobs = new SimulatedBlobs(disk, new Life(atOnce, new Dice(seed), null))
      await blobs.lock()
      await put(blobs, 'safe', 'whole')
      const writer = await blobs.create('torn')
      await writer.append(Buffer.from('abc'))
      await (await blobs.create('new', 'new')).append(Buffer.from('abc'))
      await put(blobs, 'removed', 'x')
      await blobs.remove('removed')
      disk.crash(new Dice(seed))
      for (const name of disk.blobs.keys()) found.add(name)
      expect(Buffer.from(disk.blobs.get('safe') ?? []).toString()).toBe('whole')
      expect('abc'.startsWith(Buffer.from(disk.blobs.get('torn') ?? []).toString())).toBe(true)
      await new SimulatedBlobs(disk, new Life(atOnce, new Dice(seed), null)).lock()
    }
    expect([...found].sort()).toEqual(['removed', 'safe', 'torn'])
  })

  test('what the dead go on to do does not count', async () => {
    const disk = new SimulatedDisk()
    const life = new Life(atOnce, new Dice(1), { kind: 'kill', at: 3, moment: 'after' })
    const blobs = new SimulatedBlobs(disk, life)
    const writer = await blobs.create('a')
    await writer.append(Buffer.from('x'))
    const heard = await Promise.race([writer.finish().then(() => 'heard'), new Promise((resolve) => setImmediate(resolve, 'nothing'))])
    expect([heard, life.struck, [...disk.blobs.keys()]]).toEqual(['nothing', 'kill after effect 3, finish a', ['a']])
    void blobs.remove('a')
    await new Promise((resolve) => setImmediate(resolve))
    expect([...disk.blobs.keys()]).toEqual(['a'])
  })
})

test.each([1, 3])('a seed replays one history, of up to %d workers', async (workersMax) => {
  const statement = statements['full join']
  if (statement === undefined) throw new Error('the statement is there')
  const histories = []
  for (let time = 0; time < 2; time++) histories.push(await historyOf(await Simulation.of(statement), 7, { workersMax, lacksMemory: true }))
  expect(histories[0]).toEqual(histories[1])
  expect(histories[0]?.struck).toBeGreaterThan(2)
})
