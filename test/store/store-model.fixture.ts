/** Writers who read a record and write what they made of it, at the same time: the outcome is that of one after the other. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Clock, systemClock } from '#base'
import { type RecordKind, type Store, type Write, writeOf } from '#store'

const cell: RecordKind<number> = { name: 'cell', keepsVersions: true }
const ids = ['a', 'b', 'c'] as const

/** One write of a commit: where, what (null removes) and what it expects. */
const writes = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...ids),
    value: fc.option(fc.integer({ min: 0, max: 99 }), { freq: 4 }),
    expected: fc.option(fc.integer({ min: 0, max: 4 }), { freq: 3 }),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 3 },
)

interface Cell {
  version: number
  value: number | null
}

/** What a commit does by the book; null: it is refused. */
function step(cells: Map<string, Cell>, commit: readonly { id: string; value: number | null; expected: number | null }[]): number[] | null {
  const of = (id: string): Cell => cells.get(id) ?? { version: 0, value: null }
  for (const { id, expected } of commit) {
    const { version, value } = of(id)
    if (expected !== null && expected !== (value === null ? 0 : version)) return null
  }
  return commit.map(({ id, value }) => {
    const before = of(id)
    const version = value === null && before.value === null ? before.version : before.version + 1
    cells.set(id, { version, value })
    return version
  })
}

let spaces = 0

export function describeConcurrentWriters(create: (clock: Clock) => Promise<Store>): void {
  test('commits of any kind do what the book says, in the order in which they were asked for', async () => {
    const store = await create(systemClock)
    const property = fc.asyncProperty(fc.array(fc.array(writes, { minLength: 1, maxLength: 6 }), { maxLength: 6 }), async (rounds) => {
      const workspace = `space-${spaces++}`
      const cells = new Map<string, Cell>()
      for (const round of rounds) {
        const outcomes = await Promise.all(
          round.map((commit) => {
            const all = commit.map(({ id, value, expected }): Write => writeOf(cell, { workspace, id }, value, expected))
            return store.commit({ writes: all, by: 'w' }).catch((error: { code: string }) => error.code)
          }),
        )
        expect(outcomes).toEqual(round.map((commit) => step(cells, commit) ?? 'STORE_RECORD_CHANGED'))
      }
      const found = await store.list(cell, { workspace, limit: 10 })
      const expected = ids.flatMap((id) => {
        const { version = 0, value = null } = cells.get(id) ?? {}
        return value === null ? [] : [[id, version, value]]
      })
      expect(found.map(({ id, version, value }) => [id, version, value])).toEqual(expected)
    })
    await fc.assert(property, { numRuns: 40 })
    await store.close()
  })

  test('many who count on one record lose no count', async () => {
    const store = await create(systemClock)
    const key = { workspace: 'w', id: 'counter' }
    let refusals = 0
    const countOn = async (): Promise<void> => {
      for (let done = 0; done < 10; ) {
        const before = await store.read(cell, key)
        const write = writeOf(cell, key, (before?.value ?? 0) + 1, before?.version ?? 0)
        const isDone = await store.commit({ writes: [write], by: 'w' }).then(
          () => true,
          () => false,
        )
        if (isDone) done++
        else refusals++
      }
    }
    await Promise.all(Array.from({ length: 8 }, countOn))
    expect(await store.read(cell, key)).toMatchObject({ version: 80, value: 80 })
    expect(await store.versions(cell, key, { limit: 100 })).toHaveLength(80)
    expect(refusals).toBeGreaterThan(0)
    await store.close()
  })
}
