/** State of single operators with a time-to-live of its own, by an edited plan, on a real Flink. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'

let commands: Commands
let flink: FlinkServer

beforeAll(async () => {
  flink = await startFlinkServer(2)
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

/** A file is seen whole or not at all. */
async function put(name: string, lines: string): Promise<void> {
  await writeFile(path.join(commands.folder, name), lines)
  await rename(path.join(commands.folder, name), path.join(commands.folder, 'input', name))
}

/** The counts that were written. Names of files say nothing of their order. */
async function counts(folder: string): Promise<number[]> {
  const place = path.join(commands.folder, folder)
  const names = (await readdir(place).catch(() => [])).filter((name) => name.startsWith('part-'))
  const texts = await Promise.all(names.map((name) => readFile(path.join(place, name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
  const found = lines.flatMap((line) => {
    const { op, after } = JSON.parse(line) as { op: string; after: { n: number } | null }
    return op === 'c' && after !== null ? [after.n] : []
  })
  return found.toSorted((a, b) => a - b)
}

async function until<T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  for (let tried = 0; ; tried++) {
    const seen = await look()
    if (isThere(seen) || tried === 150) return seen
    await sleep(200)
  }
}

test('one operator forgets, and the other goes on with the state of a savepoint that was taken before', async () => {
  await mkdir(path.join(commands.folder, 'input'))
  const target = (name: string): string =>
    `CREATE TABLE ${name} (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${commands.folder}/${name}', 'format' = 'debezium-json', 'sink.rolling-policy.inactivity-interval' = '300 ms', 'sink.rolling-policy.check-interval' = '100 ms');\n`
  const script = await commands.script(`SET 'execution.checkpointing.interval' = '300 ms';
CREATE TABLE lines (k STRING, big BIGINT) WITH ('connector' = 'filesystem', 'path' = '${commands.folder}/input', 'format' = 'csv', 'source.monitor-interval' = '200 ms');
${target('forgets')}${target('remembers')}EXECUTE STATEMENT SET BEGIN
INSERT INTO forgets SELECT k, COUNT(*) FROM lines WHERE big < 9007199254740993 GROUP BY k;
INSERT INTO remembers SELECT k, COUNT(big) FROM lines GROUP BY k;
END;
`)
  const started = await command('job', 'start', script, '--name', 'both')
  expect([started.status, started.notes]).toEqual([0, 'note: job "both" is started\n'])
  await put('a.csv', 'x,1\n')
  expect(
    await until(
      () => counts('remembers'),
      ({ length }) => length > 0,
    ),
  ).toEqual([1])
  expect(
    await until(
      () => counts('forgets'),
      ({ length }) => length > 0,
    ),
  ).toEqual([1])
  const [savepoint = ''] = (await command('job', 'stop', 'both')).out.split('\n')

  const shown = await command('topology', 'show', script, '--json')
  const { states, vertices } = JSON.parse(shown.out) as {
    states: { id: string; name: string; states: { name: string; ttl: string }[] }[]
    vertices: { operators: { id: string; description: string }[] }[]
  }
  expect(states.map((operator) => operator.states)).toEqual([
    [{ name: 'groupAggregateState', ttl: '0 ms' }],
    [{ name: 'groupAggregateState', ttl: '0 ms' }],
  ])
  const forgets = vertices.flatMap(({ operators }) => operators).find(({ description }) => /GroupAggregate.*COUNT\(\*\)/.test(description))
  const id = forgets?.id ?? ''
  expect(states.map((operator) => operator.id)).toContain(id)

  const edited = await command('topology', 'edit', script, '--state-ttl', `${id.slice(0, 8)}=1 s`)
  expect([edited.status, edited.out]).toEqual([0, expect.stringContaining(`${id.slice(0, 8)}  keeps groupAggregateState for 1 s`)])
  expect(edited.out).toContain('keeps groupAggregateState for ever')
  expect(edited.notes).toContain('drops what was idle for 1 s of groupAggregateState: a group that comes again begins anew')

  const again = await command('job', 'start', script, '--name', 'both', '--from-savepoint', savepoint)
  expect([again.status, again.notes]).toEqual([0, 'note: job "both" is started\n'])
  await until(
    () => command('job', 'show', 'both').then(({ out }) => out),
    (out) => /RUNNING {2}(\d+) of \1 tasks/.test(out),
  )
  await sleep(2500)
  await put('b.csv', 'x,2\n')
  expect(
    await until(
      () => counts('remembers'),
      ({ length }) => length > 1,
    ),
  ).toEqual([1, 2])
  expect(
    await until(
      () => counts('forgets'),
      ({ length }) => length > 1,
    ),
  ).toEqual([1, 1])
  expect((await command('job', 'cancel', 'both')).status).toBe(0)

  // Another script in its place: the operator is no more, and the job starts without its plan being edited.
  await writeFile(
    path.join(commands.folder, script),
    "CREATE TABLE t (n BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO t VALUES (1);",
  )
  const other = await command('job', 'start', script, '--name', 'other')
  expect([other.status, other.notes]).toEqual([0, expect.stringContaining(`warning: no operator ${id} keeps state any more`)])
})

test('a gateway that sees no file of this machine is told', async () => {
  const text = "CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen'); CREATE TABLE u (n BIGINT) WITH ('connector' = 'blackhole');\n"
  const script = await commands.script(`${text}INSERT INTO u SELECT DISTINCT n FROM t;`)
  const far = async (name: string, ...more: string[]): Promise<void> => {
    await commands.start(['cluster', 'add', name, '--gateway', flink.gatewayUrl, '--rest', flink.restUrl, ...more]).ended
  }
  await far('nowhere', '--plan-folder', path.join(commands.folder, 'absent'))
  const edit = (cluster: string): Promise<Ended> =>
    commands.start(['topology', 'edit', script, '--cluster', cluster, '--state-ttl', 'abcd=1 d']).ended
  expect((await edit('nowhere')).notes).toContain('CLUSTER_PLAN_FILES')
  const show = await commands.start(['topology', 'show', script, '--cluster', 'nowhere']).ended
  expect([show.status, show.out]).toEqual([0, expect.not.stringContaining('keeps')])
  await mkdir(path.join(commands.folder, 'plans'))
  await far('named', '--plan-folder', path.join(commands.folder, 'plans'))
  expect((await edit('named')).notes).toContain('no single operator that keeps state has an id that begins with "abcd"')
  expect(await readdir(path.join(commands.folder, 'plans'))).toEqual([])
})
