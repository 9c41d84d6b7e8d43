import { expect, test } from 'vitest'
import { Random } from '../check/random-changes.fixture.ts'
import { BytesFile } from './sharded.fixture.ts'
import { Extent, SpillSpace } from './spill-space.ts'

test('extents hold what was appended, in room that others gave back', () => {
  const random = new Random(5)
  const file = new BytesFile()
  const space = new SpillSpace(file)
  const extents = Array.from({ length: 5 }, () => ({ extent: new Extent(space), bytes: [] as number[] }))
  for (let step = 0; step < 400; step++) {
    const each = random.pick(extents)
    if (random.below(20) === 0) {
      each.extent.clear()
      each.bytes = []
      continue
    }
    const added = Array.from({ length: random.below(30_000) }, () => random.below(256))
    each.extent.append(Uint8Array.from(added))
    each.bytes = each.bytes.concat(added)
    expect(each.extent.length).toBe(each.bytes.length)
    const from = random.below(each.bytes.length + 1)
    const length = random.below(each.bytes.length - from + 1)
    expect(Buffer.compare(each.extent.read(from, new Uint8Array(length)), Buffer.from(each.bytes.slice(from, from + length)))).toBe(0)
  }
  expect(space.mostBytes).toBeGreaterThanOrEqual(file.length)
  // All that was ever appended would take twice as much.
  expect(file.length).toBeLessThan(3_500_000)
})
