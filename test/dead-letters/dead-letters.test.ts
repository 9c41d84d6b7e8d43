/** What cannot be read or is refused goes to a table of dead letters, each once, and everything else goes on. */
import { describe, expect, test } from 'vitest'
import { type Faults, runScript, World } from './failing-tables.fixture.ts'

const letters = `CREATE TABLE letters (table_name STRING, error_code STRING, error_message STRING, source_position STRING,
  message_key BYTES, message_value BYTES, failed_at TIMESTAMP_LTZ(3)) WITH ('connector' = 'failing');`
const tables = `CREATE TABLE numbers (n INT) WITH ('connector' = 'failing');
  CREATE TABLE numbers_out (n INT) WITH ('connector' = 'failing');`
const setting = "SET 'table.exec.dead-letters.table' = 'letters';"
const insert = 'INSERT INTO numbers_out SELECT n FROM numbers;'

const all = Array.from({ length: 40 }, (_, n) => n)
const isUnreadable = (n: number): boolean => n % 7 === 3
const isRefused = (n: number): boolean => n % 5 === 4
const good = all.filter((n) => !isUnreadable(n) && !isRefused(n))
const expectedLetters = [
  ...all.filter(isUnreadable).map((n) => ['numbers', 'UNREADABLE', n]),
  ...all.filter((n) => isRefused(n) && !isUnreadable(n)).map((n) => ['numbers_out', 'REFUSED', n]),
]

function faults(breaksAt: number | null = null): Faults {
  return { isUnreadable, isRefused, breaksAt }
}

function numbersIn(world: World): number[] {
  return world
    .rowsOf('numbers_out')
    .map(([n]) => Number(n))
    .sort((a, b) => a - b)
}

function lettersIn(world: World): unknown[][] {
  const found = world.rowsOf('letters').map(([table, code, , , , value]) => [table, code, Number(value)])
  return found.sort(([tableA, , a], [tableB, , b]) => String(tableA).localeCompare(String(tableB)) || Number(a) - Number(b))
}

describe.each([1, 3])('by %i workers', (workers) => {
  test('each goes to the table once, with what it takes to find it again', async () => {
    const world = new World()
    await runScript(letters + tables + setting + insert, world, faults(), { 'parallelism.default': String(workers) })
    expect(numbersIn(world)).toEqual(good)
    expect(lettersIn(world)).toEqual(expectedLetters)
    const row = world.rowsOf('letters').find(([, , , position]) => position === '{"n":3}')
    expect(row?.slice(0, 6)).toEqual(['numbers', 'UNREADABLE', 'number 3 is no good', '{"n":3}', null, '3'])
    expect(Math.abs(Date.parse(new Date(Number(row?.[6])).toISOString()) - Date.now())).toBeLessThan(600_000)
  })
})

test('a run that fails and goes on from its checkpoint has each letter once', async () => {
  const world = new World()
  const broken = faults(23)
  const settings = { 'execution.checkpointing.dir': '/place', 'execution.checkpointing.interval': '1 ms' }
  const script = letters + tables + setting + insert
  await expect(runScript(script, world, broken, settings)).rejects.toThrow('the source broke')
  expect(numbersIn(world).length).toBeGreaterThan(0)
  await runScript(script, world, broken, settings)
  expect(numbersIn(world)).toEqual(good)
  expect(lettersIn(world)).toEqual(expectedLetters)
})

test('without the table nothing is set aside', async () => {
  const world = new World()
  await runScript(letters + tables + insert, world, faults())
  expect(world.rowsOf('letters')).toEqual([])
  expect(numbersIn(world)).toEqual(all.filter((n) => !isRefused(n)))
})

describe('a table that cannot take dead letters is refused before anything runs', () => {
  test.each([
    ["SET 'table.exec.dead-letters.table' = 'nowhere';", 'table "nowhere" for dead letters does not exist'],
    [
      `CREATE TABLE few (table_name STRING) WITH ('connector' = 'failing'); SET 'table.exec.dead-letters.table' = 'few';`,
      'table "few" cannot take dead letters: it has no column "error_code"',
    ],
    [
      `${letters.replace('message_key BYTES', 'message_key BYTES NOT NULL')} ${setting}`,
      'column "message_key" is NOT NULL, and a message may have no key',
    ],
  ])('%s', async (given, message) => {
    const world = new World()
    await expect(runScript(given + tables + insert, world, faults())).rejects.toThrow(message)
    expect(world.rowsOf('numbers_out')).toEqual([])
  })

  test('of several workers, where it has one writer', async () => {
    const one = letters.replace("'connector' = 'failing'", "'connector' = 'failing', 'shared' = 'false'")
    const run = runScript(one + tables + setting + insert, new World(), faults(), { 'parallelism.default': '2' })
    await expect(run).rejects.toThrow('table "letters" cannot take the dead letters of several workers')
  })
})
