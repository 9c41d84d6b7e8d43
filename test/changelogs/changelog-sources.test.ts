/** Tables that give upserts or full changes: queries over them answer as over the rows that are there in the end. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore } from '#data'
import { answerOf, type Change, type ChangingTable } from './changing-tables.fixture.ts'

const users = `CREATE TABLE users (id INT, name STRING, age INT, at_ms BIGINT, ts AS TO_TIMESTAMP_LTZ(at_ms, 3),
  PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'changing');`

type User = { readonly id: number; readonly name: string; readonly age: number; readonly at_ms: number }

/** An upsert, or the deletion of a key. */
interface Step {
  readonly id: number
  readonly user: User | null
}

const anySteps = fc.array(
  fc
    .record({ id: fc.nat(5), name: fc.constantFrom('ada', 'bob'), age: fc.nat(3), gone: fc.integer({ min: 0, max: 3 }), at_ms: fc.nat(9) })
    .map(({ gone, ...user }): Step => ({ id: user.id, user: gone === 0 ? null : user })),
  { maxLength: 30 },
)

function usersAfter(steps: readonly Step[]): readonly User[] {
  const left = new Map<number, User>()
  for (const { id, user } of steps) {
    if (user === null) left.delete(id)
    else left.set(id, user)
  }
  return [...left.values()]
}

/** Deletions carry the key alone. */
function upserts(steps: readonly Step[]): Change[] {
  return steps.map(({ id, user }) => (user === null ? { kind: changeDelete, row: { id } } : { kind: changeUpdateAfter, row: user }))
}

function fullChanges(steps: readonly Step[]): Change[] {
  const left = new Map<number, User>()
  return steps.flatMap(({ id, user }): Change[] => {
    const before = left.get(id)
    if (user === null) left.delete(id)
    else left.set(id, user)
    if (before === undefined) return user === null ? [] : [{ kind: changeInsert, row: user }]
    if (user === null) return [{ kind: changeDelete, row: before }]
    return [
      { kind: changeUpdateBefore, row: before },
      { kind: changeUpdateAfter, row: user },
    ]
  })
}

function cut(changes: readonly Change[], size: number): (readonly Change[])[] {
  return Array.from({ length: Math.ceil(changes.length / size) }, (_, index) => changes.slice(index * size, (index + 1) * size))
}

function sumsByName(left: readonly User[]): unknown[][] {
  const groups = new Map<string, { ages: number; count: number }>()
  for (const { name, age } of left) {
    const group = groups.get(name) ?? { ages: 0, count: 0 }
    groups.set(name, { ages: group.ages + age, count: group.count + 1 })
  }
  return [...groups].map(([name, { ages, count }]) => [name, ages, count])
}

const queries: readonly [sql: string, answer: (left: readonly User[]) => unknown[][]][] = [
  ['SELECT id, name, age FROM users', (left) => left.map(({ id, name, age }) => [id, name, age])],
  ['SELECT name FROM users', (left) => left.map(({ name }) => [name])],
  ['SELECT id FROM users WHERE age > 1', (left) => left.flatMap(({ id, age }) => (age > 1 ? [[id]] : []))],
  ['SELECT name, SUM(age), COUNT(*) FROM users GROUP BY name', sumsByName],
  ['SELECT a.id, b.id FROM users a JOIN users b ON a.name = b.name AND a.age = b.age', pairs],
  ['SELECT id, age FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY name ORDER BY age, id) AS n FROM users) WHERE n = 1', youngest],
]

function pairs(left: readonly User[]): unknown[][] {
  return left.flatMap((a) => left.flatMap((b) => (a.name === b.name && a.age === b.age ? [[a.id, b.id]] : [])))
}

function youngest(left: readonly User[]): unknown[][] {
  return ['ada', 'bob'].flatMap((name) => {
    const [first] = left.filter((user) => user.name === name).sort((a, b) => a.age - b.age || a.id - b.id)
    return first === undefined ? [] : [[first.id, first.age]]
  })
}

function texts(rows: readonly unknown[][]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort()
}

describe.each(queries)('%s', (sql, answer) => {
  test.each([1, 3])('by %i workers, of upserts and of full changes, however they are cut', async (workers) => {
    const check = async (steps: readonly Step[], size: number): Promise<void> => {
      const expected = texts(answer(usersAfter(steps)))
      const given: ChangingTable[] = [
        { changes: 'upsert', batches: cut(upserts(steps), size) },
        { changes: 'all', batches: cut(fullChanges(steps), size) },
      ]
      for (const table of given) expect((await answerOf(`${users} ${sql}`, { users: table }, workers)).table).toEqual(expected)
    }
    await fc.assert(fc.asyncProperty(anySteps, fc.integer({ min: 1, max: 12 }), check), { numRuns: 25 })
  })
})

test('upserts become full changes, and what says nothing new is left out', async () => {
  const ada = { id: 1, name: 'ada', age: 1, at_ms: 0 }
  const batches = cut(
    [
      { kind: changeUpdateAfter, row: ada },
      { kind: changeUpdateAfter, row: { ...ada, age: 2 } },
      { kind: changeUpdateAfter, row: { ...ada, age: 2 } },
      { kind: changeDelete, row: { id: 2 } },
      { kind: changeDelete, row: { id: 1 } },
    ],
    1,
  )
  const { lines } = await answerOf(`${users} SELECT name, age FROM users`, { users: { changes: 'upsert', batches } })
  expect(lines).toEqual(['+I["ada",1]', '-U["ada",1]', '+U["ada",2]', '-D["ada",2]'])
})

test('changes that come twice are left out once the setting says so', async () => {
  const ada = { id: 1, name: 'ada', age: 1, at_ms: 0 }
  const insert = { kind: changeInsert, row: ada }
  const table: ChangingTable = { changes: 'all', batches: [[insert], [insert]] }
  const sql = `${users} SELECT SUM(age) FROM users`
  expect((await answerOf(sql, { users: table })).table).toEqual(['[2]'])
  const once = `SET 'table.exec.source.cdc-events-duplicate' = 'true'; ${sql}`
  expect((await answerOf(once, { users: table })).table).toEqual(['[1]'])
})

test('a table of upserts with a watermark is one of versions for a join as of a time', async () => {
  const sql = `CREATE TABLE rates (id INT, rate INT, at_ms BIGINT, ts AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR ts AS ts,
      PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'changing');
    CREATE TABLE orders (id INT, at_ms BIGINT, ts AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'changing');
    SELECT o.at_ms, r.rate FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.id = r.id`
  const rates = [
    { kind: changeUpdateAfter, row: { id: 1, rate: 10, at_ms: 0 } },
    { kind: changeUpdateAfter, row: { id: 1, rate: 20, at_ms: 5 } },
    { kind: changeUpdateAfter, row: { id: 1, rate: 30, at_ms: 8 } },
  ]
  const orders = [1, 5, 7, 9].map((at) => ({ kind: changeInsert, row: { id: 1, at_ms: at } }))
  for (const workers of [1, 2]) {
    const tables: Record<string, ChangingTable> = {
      rates: { changes: 'upsert', batches: [rates] },
      orders: { changes: 'append', batches: [orders] },
    }
    expect((await answerOf(sql, tables, workers)).table).toEqual(['[1,10]', '[5,20]', '[7,20]', '[9,30]'])
  }
})
