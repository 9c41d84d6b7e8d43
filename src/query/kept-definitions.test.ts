/** Permanent things as the statements that make them: kept by one session, and made again by another one. */
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { type DefinitionChange, KeptCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from './session.ts'
import { UserFunctions } from './user-functions.ts'

const signal = new AbortController().signal
const twice = { parameters: ['INT'], returns: 'INT', evaluate: (n: number) => n * 2 }

function openSession(): QuerySession {
  const functions = new UserFunctions((file) =>
    file === 'gone.ts' ? Promise.reject(new Error('no such file')) : Promise.resolve({ twice }),
  )
  return new QuerySession({
    createCatalog: () => new KeptCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) }),
    settings: {},
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  })
}

async function changesOf(session: QuerySession, script: string): Promise<readonly DefinitionChange[]> {
  await session.run(script, {}, signal)
  return session.takeChanges()
}

/** What is kept after changes, as a list of names would be. */
function keptAfter(changes: readonly DefinitionChange[]): Parameters<QuerySession['recall']>[0] {
  return changes.flatMap(({ object, definition }) => (definition === null ? [] : [{ object, text: definition.text }]))
}

const script = `
  CREATE CATALOG shop WITH ('type' = 'generic_in_memory');
  CREATE DATABASE shop.orders COMMENT 'it''s ours';
  CREATE FUNCTION shop.orders.twice AS 'lib.ts#twice';
  CREATE TABLE shop.orders.sold (
    id BIGINT NOT NULL COMMENT 'a number', price DECIMAL(10, 2), doubled AS shop.orders.twice(CAST(price AS INT)),
    at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED
  ) COMMENT 'what was sold' WITH ('connector' = 'datagen', 'number-of-rows' = '0');
  CREATE TEMPORARY TABLE scratch (a INT) WITH ('connector' = 'blackhole', 'password' = 'open');
  CREATE VIEW shop.orders.z AS SELECT id, price FROM shop.orders.sold;
  CREATE VIEW shop.orders.a AS SELECT id FROM shop.orders.z WHERE price > 1;
`

test('what a session makes for good another one makes again, in whatever order it was kept', async () => {
  const session = openSession()
  const changes = await changesOf(session, script)
  expect(changes.map(({ object }) => `${object.kind} ${object.path.join('.')}`)).toEqual([
    'database shop.default_database',
    'catalog shop',
    'database shop.orders',
    'function shop.orders.twice',
    'table shop.orders.sold',
    'view shop.orders.z',
    'view shop.orders.a',
  ])
  const later = openSession()
  expect(await later.recall(keptAfter(changes).toReversed())).toEqual([])
  expect(later.takeChanges()).toEqual([])
  const again = await changesOf(later, "ALTER TABLE shop.orders.sold SET ('number-of-rows' = '1')")
  expect(again.map(({ definition }) => definition?.text)).toEqual([
    changes.find(({ object }) => object.kind === 'table')?.definition?.text.replace("'number-of-rows' = '0'", "'number-of-rows' = '1'"),
  ])
  expect(again[0]?.definition).toMatchObject({
    connector: 'datagen',
    comment: 'what was sold',
    columns: [
      { name: 'id', type: 'BIGINT NOT NULL', comment: 'a number' },
      { name: 'price', type: 'DECIMAL(10, 2)', comment: null },
      { name: 'doubled', type: 'INT', comment: null },
      { name: 'at_time', type: 'TIMESTAMP(3)', comment: null },
    ],
  })
  expect(again[0]?.definition?.text).toContain("COMMENT 'what was sold'")
  await later.run('SELECT count(*) FROM shop.orders.a', {}, signal)
})

test('things that are dropped and renamed are told by their names', async () => {
  const session = openSession()
  await changesOf(session, script)
  const changes = await changesOf(
    session,
    'DROP VIEW shop.orders.a; ALTER VIEW shop.orders.z RENAME TO y; DROP TEMPORARY TABLE scratch; DROP FUNCTION shop.orders.twice',
  )
  expect(changes.map(({ object, definition }) => [object.kind, object.path[2], definition?.text.split('\n')[0] ?? null])).toEqual([
    ['view', 'a', null],
    ['view', 'z', null],
    ['view', 'y', 'CREATE VIEW `shop`.`orders`.`y` ('],
    ['function', 'twice', null],
  ])
  expect((await changesOf(session, 'DROP DATABASE shop.orders CASCADE')).map(({ object }) => object)).toEqual([
    { kind: 'database', path: ['shop', 'orders'] },
  ])
})

test('what cannot be made again is told, and keeps nothing else from it', async () => {
  const kept = keptAfter(await changesOf(openSession(), script)).map(({ object, text }) => ({
    object,
    text: text.replace('lib.ts', 'gone.ts'),
  }))
  const later = openSession()
  const lost = await later.recall(kept)
  expect(lost.map(({ object, error }) => [object.path.at(-1), error.code])).toEqual([
    ['twice', 'QUERY_FUNCTION_FILE'],
    ['sold', 'SQL_FUNCTION_NOT_FOUND'],
    ['z', 'SQL_TABLE_NOT_FOUND'],
    ['a', 'SQL_TABLE_NOT_FOUND'],
  ])
  expect(later.catalog.databaseNames('shop')).toContain('orders')
})

test('a password is kept by the name of its secret alone', async () => {
  const session = openSession()
  const table = (value: string): string => `CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'properties.sasl.jaas.config' = '${value}')`
  await expect(session.run(table('user and password'), {}, signal)).rejects.toMatchObject({
    code: 'CATALOG_SECRET_LITERAL',
    message: 'option "properties.sasl.jaas.config" holds a secret, and would be kept for others to read',
  })
  expect(session.takeChanges()).toEqual([])
  const [change] = await changesOf(session, table('${secret:kafka-prod}'))
  expect(change?.definition?.text).toContain("'${secret:kafka-prod}'")
})

test('a connection is kept with the names of its secrets, and comes back before the tables that use it', async () => {
  const session = openSession()
  const changes = await changesOf(
    session,
    `CREATE CONNECTION shop COMMENT 'the shop' WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db/shop', 'password' = '\${secret:shop}');
     CREATE TABLE orders (id BIGINT) USING CONNECTION shop WITH ('table-name' = 'orders');
     CREATE TEMPORARY CONNECTION scratch WITH ('connector' = 'blackhole');`,
  )
  expect(changes.map(({ object, definition }) => [object.kind, definition?.connector, definition?.comment])).toEqual([
    ['connection', 'jdbc', 'the shop'],
    ['table', 'jdbc', null],
  ])
  const texts = changes.map(({ definition }) => definition?.text ?? '')
  expect(texts[0]).toContain("'password' = '${secret:shop}'")
  expect(texts[1]).toContain('USING CONNECTION `default_catalog`.`default_database`.`shop`')
  expect(texts[1]).not.toContain('postgresql')
  const later = openSession()
  expect(await later.recall(keptAfter(changes).toReversed())).toEqual([])
  expect(later.catalog.table(['default_catalog', 'default_database', 'orders'])?.options).toMatchObject({ password: '${secret:shop}' })
  const again = await changesOf(later, "ALTER CONNECTION shop SET ('username' = 'ada')")
  expect(again.map(({ object }) => object.kind)).toEqual(['connection'])
  const gone = await changesOf(later, 'DROP TABLE orders; DROP CONNECTION shop')
  expect(gone.map(({ object, definition }) => [object.kind, definition])).toEqual([
    ['table', null],
    ['connection', null],
  ])
})
