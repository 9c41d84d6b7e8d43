/** `millrace topology edit`: what a person wants to be other than Flink plans it, applied by the next start on a real Flink. */
import { existsSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'

let commands: Commands
let flink: FlinkServer

beforeAll(async () => {
  flink = await startFlinkServer(4, 'adaptive')
  commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: commands.folder }
  await commands.start(['cluster', 'add', 'near', '--gateway', flink.gatewayUrl, '--rest', flink.restUrl]).ended
}, 300_000)
afterAll(async () => {
  await commands.close()
  await flink.remove()
})

function command(...words: string[]): Promise<Ended> {
  return commands.start([...words, '--cluster', 'near']).ended
}

interface Vertex {
  readonly id: string
  readonly parallelism: number
  readonly operators: readonly { readonly id: string; readonly name: string }[]
}

async function graphOf(script: string): Promise<readonly Vertex[]> {
  return (JSON.parse((await command('topology', 'show', script, '--json')).out) as { vertices: Vertex[] }).vertices
}

const text = `CREATE TABLE orders (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');
CREATE TABLE totals (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO totals SELECT MOD(id, 7), COUNT(*) FROM orders GROUP BY MOD(id, 7);
`

test('an edit is told with what comes of it, kept, applied, and told when its task is gone', async () => {
  const script = await commands.script(text)
  const [, sums] = await graphOf(script)
  const id = sums?.id ?? ''
  const edited = await command('topology', 'edit', script, '--parallelism', `${id.slice(0, 8)}=3`)
  expect([edited.status, edited.out]).toEqual([0, expect.stringContaining(`${id}  parallelism 3`)])
  expect(edited.notes).toContain('note: the job needs 3 slots instead of 1, which are those of 1 task manager')
  expect(edited.notes).toContain('divides 128 groups of keys: some subtasks have 43, others 42')
  expect(edited.notes).toContain(`kept in ${script}.topology.json`)

  expect(await command('job', 'start', script, '--name', 'totals')).toMatchObject({ status: 0 })
  const running = await fetch(`${flink.restUrl}/jobs/overview`).then((answer) => answer.json() as Promise<{ jobs: { jid: string }[] }>)
  const job = (await (await fetch(`${flink.restUrl}/jobs/${running.jobs[0]?.jid}`)).json()) as {
    vertices: { id: string; parallelism: number }[]
  }
  expect(job.vertices.map((vertex) => [vertex.id, vertex.parallelism])).toEqual(
    (await graphOf(script)).map((vertex) => [vertex.id, vertex.parallelism]),
  )
  expect(job.vertices.map(({ parallelism }) => parallelism)).toEqual([1, 3])

  // Another script in its place: the task with that id is no more.
  await writeFile(path.join(commands.folder, script), text.replace(' GROUP BY MOD(id, 7)', '').replace('COUNT(*)', 'id'))
  const other = await command('job', 'start', script, '--name', 'other')
  expect([other.status, other.notes]).toEqual([0, expect.stringContaining(`warning: no vertex is ${id} any more`)])
  for (const name of ['totals', 'other']) expect((await command('job', 'cancel', name)).status).toBe(0)
})

test('what is of the whole job moves ids, as Flink then has them', async () => {
  const script = await commands.script(text)
  const before = await graphOf(script)
  const { notes } = await command('topology', 'edit', script, '--chaining', 'off', '--max-parallelism', '16', '--state-ttl', '1 d')
  expect(notes).toMatch(/operators? of \d get other ids: a savepoint taken before does not restore them/)
  expect(notes).toContain('keyed state that was idle for 1 d is dropped')
  expect((await command('job', 'start', script, '--name', 'apart')).status).toBe(0)
  const { jobs } = (await (await fetch(`${flink.restUrl}/jobs/overview`)).json()) as { jobs: { jid: string; name: string }[] }
  const job = (await (await fetch(`${flink.restUrl}/jobs/${jobs.find(({ name }) => name === 'apart')?.jid}`)).json()) as {
    vertices: { id: string; maxParallelism: number }[]
  }
  const planned = await graphOf(script)
  expect(planned.length).toBeGreaterThan(before.length)
  expect(job.vertices.map((vertex) => vertex.id).toSorted()).toEqual(planned.map((vertex) => vertex.id).toSorted())
  expect(job.vertices.map(({ maxParallelism }) => maxParallelism)).toEqual(planned.map(() => 16))
  expect((await command('job', 'cancel', 'apart')).status).toBe(0)
  expect((await command('topology', 'edit', script, '--clear')).status).toBe(0)
  expect(existsSync(path.join(commands.folder, `${script}.topology.json`))).toBe(false)
})

test('wrong edits are refused, and nothing is kept', async () => {
  const script = await commands.script(text)
  const [, sums] = await graphOf(script)
  for (const [words, problem] of [
    [['--parallelism', 'ffff=2'], 'no single task has an id that begins with "ffff"'],
    [['--parallelism', 'x=2'], 'expects ID=NUMBER'],
    [['--parallelism', `${sums?.id}=200`], 'has at most 128 subtasks'],
    [['--max-parallelism', '0'], 'expects a number from 1'],
    [['--state-ttl', 'soon'], 'expects a time'],
    [['--slot-sharing-group', `${sums?.id}=apart`], 'operators of a script cannot be given slot sharing groups'],
  ] as const) {
    const { status, notes } = await command('topology', 'edit', script, ...words)
    expect([status !== 0, notes]).toEqual([true, expect.stringContaining(problem)])
  }
  expect(existsSync(path.join(commands.folder, `${script}.topology.json`))).toBe(false)
  await appendFile(path.join(commands.folder, `${script}.topology.json`), '{"vertices":')
  expect((await command('job', 'start', script, '--name', 'never')).notes).toContain('does not hold edits of a topology')
  await writeFile(
    path.join(commands.folder, `${script}.topology.json`),
    JSON.stringify({ vertices: [{ id: sums?.id, operators: [], parallelism: 9 }] }),
  )
  expect((await command('job', 'start', script, '--name', 'never')).notes).toContain('the job needs 9 slots')
})
