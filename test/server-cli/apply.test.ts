/** Jobs and tables as files: applied once, applied again, changed, taken away and written back. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LiveServer } from './live-server.fixture.ts'

const numbers = (rows: number) => `CREATE TABLE numbers (id BIGINT, v INT) WITH ('connector' = 'datagen', 'rows-per-second' = '${rows}');\n`
const rest = `CREATE TABLE nowhere (id BIGINT, v BIGINT) WITH ('connector' = 'blackhole');
CREATE VIEW small AS SELECT id, v FROM numbers WHERE v < 100;
`
const sums =
  '-- name: sums\n-- folder: demo\n-- checkpoint-interval: 1 s\n-- state: running\n\nINSERT INTO nowhere SELECT MOD(id, 3), SUM(v) FROM numbers GROUP BY MOD(id, 3);\n'

let server: LiveServer

beforeAll(async () => {
  server = await LiveServer.start()
  await server.write('jobs/catalog/10-tables.sql', numbers(20) + rest)
  await server.write('jobs/demo/sums.sql', sums)
  await server.write('jobs/copies.sql', 'INSERT INTO nowhere SELECT id, v FROM small;\n')
})
afterAll(() => server.stop())

const apply = (...words: string[]) => server.millrace(['apply', '-f', 'jobs', ...words])
const table = (name: string) => `\`default_catalog\`.\`default_database\`.\`${name}\``

test('a folder is brought about once, and what is lost is lost only on demand', { timeout: 180_000 }, async () => {
  const dry = await apply('--dry-run')
  expect(dry.status).toBe(0)
  expect(dry.out).toContain(`+ table ${table('numbers')}\n+ table ${table('nowhere')}\n+ view ${table('small')}\n? job copies`)
  expect((await server.millrace(['catalog', 'list'])).out).toBe('')

  const first = await apply()
  expect({ status: first.status, out: first.out, notes: first.notes }).toEqual({
    status: 0,
    out: `+ table ${table('numbers')}\n+ table ${table('nowhere')}\n+ view ${table('small')}\n+ job copies\n+ job sums, started\n`,
    notes: 'done\n',
  })
  const same = `= table ${table('numbers')}\n= table ${table('nowhere')}\n= view ${table('small')}\n= job copies\n= job sums\n`
  expect((await apply()).out).toBe(same)
  expect((await server.millrace(['job', 'start', 'sums', '--wait', '1min'])).status).toBe(0)
  expect((await server.millrace(['catalog', 'show', 'small'])).out).toContain('CREATE VIEW')

  await server.write('jobs/catalog/10-tables.sql', numbers(30) + rest)
  await server.write('jobs/copies.sql', 'INSERT INTO nowhere SELECT id, w FROM small;\n')
  await server.write(
    'jobs/demo/sums.sql',
    sums.replace('SELECT MOD(id, 3), SUM(v) FROM numbers GROUP BY MOD(id, 3)', 'SELECT id, v FROM numbers'),
  )
  await server.millrace(['job', 'savepoint', 'sums', '--wait', '1min'])
  const partly = await apply()
  expect(partly.status).toBe(1)
  expect(partly.out).toContain(
    `~ table ${table('numbers')}\n= table ${table('nowhere')}\n= view ${table('small')}\n! job copies\n~ job sums: script\n  `,
  )
  expect(partly.notes).toContain('at jobs/copies.sql:1:32')
  expect(partly.notes).toContain('code: JOBS_STATE_DROPPED')
  expect((await server.millrace(['job', 'versions', 'sums'])).out).toMatch(/^version 1 .*\n$/)

  expect((await apply('--accept-dropped-state')).out).toContain('~ job sums: script')
  expect((await server.millrace(['job', 'versions', 'sums'])).out).toMatch(/^version 2 /)
  expect((await server.millrace(['catalog', 'show', 'numbers'])).out).toContain("'rows-per-second' = '30'")

  await rm(path.join(server.folder, 'jobs/demo/sums.sql'))
  await server.write('jobs/copies.sql', 'INSERT INTO nowhere SELECT id, v FROM small;\n')
  expect((await apply()).out).not.toContain('sums')
  const refused = await apply('--prune')
  expect([refused.status, refused.notes.includes('code: CLI_APPLY_STATE')]).toEqual([2, true])
  expect((await apply('--prune', '--accept-dropped-state')).out).toMatch(/- job sums\n$/)
  expect((await server.millrace(['job', 'list'])).out).toMatch(/^\S+ {2}stopped {2}version 1 .* copies\n$/)
})

test('connections of files are made before the tables that use them, and changed while they do', { timeout: 120_000 }, async () => {
  const files = (rows: number, comment: string) =>
    `CREATE CONNECTION made COMMENT '${comment}' WITH ('connector' = 'datagen', 'number-of-rows' = '${rows}');
     CREATE TABLE of_it (n INT) USING CONNECTION made;`
  const applied = async (...words: string[]) => (await server.millrace(['apply', '-f', 'linked', ...words])).out
  const signs = (first: string, second: string) => `${first} connection ${table('made')}\n${second} table ${table('of_it')}\n`
  await server.write('linked/catalog/a.sql', files(3, 'some'))
  expect(await applied('--dry-run')).toBe(signs('+', '+'))
  expect(await applied()).toBe(signs('+', '+'))
  expect(await applied()).toBe(signs('=', '='))
  await server.write('linked/catalog/a.sql', files(4, 'more'))
  expect(await applied()).toBe(signs('~', '='))
  expect(await applied()).toBe(signs('=', '='))
  const shown = (await server.millrace(['catalog', 'show', 'made'])).out
  expect([shown.includes("COMMENT 'more'"), shown.includes("'number-of-rows' = '4'")]).toEqual([true, true])
  expect((await server.millrace(['catalog', 'list', '--search', 'made'])).out).toMatch(
    /^connection {2}\S+\.made {2}datagen {2}version \d+ {2}more\n/,
  )
  await server.write('linked/catalog/a.sql', files(4, 'more').replace("'datagen', 'number-of-rows' = '4'", "'blackhole'"))
  const refused = await server.millrace(['apply', '-f', 'linked', '--dry-run'])
  expect([refused.status, refused.out]).toEqual([2, `= table ${table('of_it')}\n`])
  expect(refused.notes).toMatch(/the connector of connection \S+ cannot be changed while tables use it\n {2}It is used by of_it\./)
})

test('what is exported is the same when it is applied', async () => {
  const odd = [
    '--name',
    '../../a "b"',
    '--folder',
    'catalog/x',
    '--variable',
    'greeting= "hi"',
    '--restart',
    'never',
    '--tag',
    'two',
    '--tag',
    'one',
  ]
  await server.write(
    'odd.sql',
    "-- a comment\nCREATE TEMPORARY TABLE o (t STRING) WITH ('connector' = 'blackhole');\nINSERT INTO o VALUES ('${greeting}')",
  )
  expect((await server.millrace(['job', 'create', 'odd.sql', ...odd, '--description', 'line one\nline two'])).status).toBe(0)
  expect((await server.millrace(['job', 'export', 'written'])).out).toContain('written/catalog-jobs/x/-a-b-.sql\n')
  const text = await server.read('written/catalog-jobs/x/-a-b-.sql')
  expect(text).toContain('-- name: ../../a "b"\n-- description: line one\n-- description: line two\n')
  const { status, out } = await server.millrace(['apply', '-f', 'written'])
  expect(status).toBe(0)
  expect(out.split('\n').filter((line) => line !== '' && !line.startsWith('= '))).toEqual([])
})
