/** What scripts read and write, as binding finds it. */
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { KeptCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import type { ScriptUses, UsedObject } from './script-uses.ts'
import { QuerySession } from './session.ts'
import { UserFunctions } from './user-functions.ts'

const twice = { parameters: ['INT'], returns: 'INT', evaluate: (n: number) => n * 2 }

const there = `
  CREATE TABLE orders (id INT, city STRING) WITH ('connector' = 'datagen');
  CREATE TABLE cities (name STRING) WITH ('connector' = 'datagen');
  CREATE TABLE sums (city STRING, n BIGINT) WITH ('connector' = 'blackhole');
  CREATE VIEW big AS SELECT * FROM orders WHERE id > 5;
  CREATE VIEW bigger AS SELECT * FROM big;
  CREATE FUNCTION twice AS 'lib.ts#twice';
`

async function usesOf(text: string): Promise<ScriptUses> {
  const functions = new UserFunctions(() => Promise.resolve({ twice }))
  const shared = new KeptCatalog()
  const options = {
    createCatalog: () => shared,
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) }),
    settings: {},
    clock: systemClock,
    loadFunction: functions.load.bind(functions),
  }
  const session = new QuerySession(options)
  await session.define(there)
  return session.uses(text)
}

const named = ({ kind, path, isOwn }: UsedObject): string => `${isOwn ? 'own ' : ''}${kind} ${path[2]}`

async function told(text: string): Promise<string> {
  const { reads, writes } = await usesOf(text)
  return `${reads.map(named).join(', ')} -> ${writes.map(named).join(', ')}`
}

test('tables that are read and written, wherever they stand in a query', async () => {
  expect(await told('INSERT INTO sums SELECT city, COUNT(*) FROM orders GROUP BY city')).toBe('table orders -> table sums')
  const nested = `INSERT INTO sums WITH o AS (SELECT * FROM orders) SELECT city, 1 FROM o WHERE city IN (SELECT name FROM cities)`
  expect(await told(nested)).toBe('table orders, table cities -> table sums')
  expect((await usesOf('INSERT INTO sums SELECT city, 1 FROM orders')).writes[0]?.connector).toBe('blackhole')
})

test('a view stands for itself, and what it reads is told of its own statement', async () => {
  expect(await told('INSERT INTO sums SELECT city, 1 FROM bigger')).toBe('view bigger -> table sums')
  expect(await told('CREATE VIEW bigger AS SELECT * FROM big')).toBe('view big -> ')
})

test('what a script makes for itself is its own, and its views are told by what they read', async () => {
  const script = `
    CREATE TEMPORARY TABLE mine (city STRING, n BIGINT) WITH ('connector' = 'print');
    CREATE TEMPORARY VIEW v AS SELECT city, id FROM big;
    CREATE TEMPORARY VIEW w AS SELECT city, id FROM v;
    INSERT INTO mine SELECT city, CAST(twice(id) AS BIGINT) FROM w;
  `
  expect(await told(script)).toBe('view big, function twice -> own table mine')
  expect(
    await told("CREATE TABLE IF NOT EXISTS sums (x INT) WITH ('connector' = 'print'); INSERT INTO sums SELECT city, 1 FROM orders"),
  ).toBe('table orders -> table sums')
})

test('a statement set and CREATE TABLE AS write, and a query alone uses nothing', async () => {
  const set = `EXECUTE STATEMENT SET BEGIN
    INSERT INTO sums SELECT city, 1 FROM orders;
    INSERT INTO sums SELECT name, 1 FROM cities;
  END`
  expect(await told(set)).toBe('table orders, table cities -> table sums')
  expect(await told("CREATE TABLE made WITH ('connector' = 'print') AS SELECT id FROM orders")).toBe('table orders -> own table made')
  expect(await told('SELECT * FROM orders')).toBe(' -> ')
})

test('a text that does not fit what is there is refused', async () => {
  await expect(usesOf('INSERT INTO nowhere SELECT 1')).rejects.toMatchObject({ code: 'SQL_TABLE_NOT_FOUND' })
})
