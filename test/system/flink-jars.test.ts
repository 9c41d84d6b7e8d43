/** `millrace job start APP.jar`: jobs whose program is a JAR, sent once and started once, with their words, libraries and savepoints. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'
import { compileJar } from './java-program.fixture.ts'

let commands: Commands
let flink: FlinkServer
/** Counts for ever at the speed of its first word, in a job that is named by its second one; it stands on `library`. */
let counting: string
let library: string
/** The same, and names no main class. */
let nameless: string

const count = `
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

public class Count {
  public static void main(String[] words) throws Exception {
    if (words.length != 2) throw new IllegalArgumentException("two words are expected, got " + words.length);
    // Both the main method and the tasks stand on the library.
    if (Twice.of(1) != 2) throw new IllegalStateException();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    GeneratorFunction<Long, Long> same = number -> number;
    RateLimiterStrategy speed = RateLimiterStrategy.perSecond(Double.parseDouble(words[0]));
    env.fromSource(new DataGeneratorSource<>(same, Long.MAX_VALUE, speed, Types.LONG), WatermarkStrategy.noWatermarks(), "numbers")
        .map(number -> Twice.of(number)).returns(Types.LONG)
        .keyBy(number -> number % 10)
        .reduce((a, b) -> a + b).slotSharingGroup(words[1].equals("apart") ? "sums" : "default")
        .sinkTo(new DiscardingSink<>());
    env.execute(words[1]);
  }
}`

beforeAll(async () => {
  commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: commands.folder }
  flink = await startFlinkServer(4)
  const twice = 'public class Twice { public static long of(long number) { return 2 * number; } }'
  library = await compileJar(commands.folder, 'twice', { classes: { Twice: twice } })
  counting = await compileJar(commands.folder, 'count', { classes: { Count: count }, mainClass: 'Count', libraries: [library] })
  nameless = await compileJar(commands.folder, 'nameless', { classes: { Count: count }, libraries: [library] })
  await commands.start(['cluster', 'add', 'far', '--gateway', flink.gatewayUrl, '--rest', flink.restUrl]).ended
}, 300_000)
afterAll(async () => {
  await commands.close()
  await flink.remove()
})

function millrace(...words: string[]): Promise<Ended> {
  const at = words.indexOf('--')
  const place = at < 0 ? words.length : at
  return commands.start([...words.slice(0, place), '--cluster', 'far', ...words.slice(place)]).ended
}

async function ask<Answer>(place: string): Promise<Answer> {
  return (await (await fetch(`${flink.restUrl}${place}`)).json()) as Answer
}

interface Job {
  readonly jid: string
  readonly name: string
  readonly state: string
}

const jobs = async (): Promise<readonly Job[]> => (await ask<{ jobs: Job[] }>('/jobs/overview')).jobs
const jars = async (): Promise<number> => (await ask<{ files: unknown[] }>('/jars')).files.length

async function untilRunning(name: string): Promise<void> {
  for (;;) {
    const { vertices } = JSON.parse((await millrace('job', 'show', name, '--json')).out) as { vertices: { state: string }[] }
    if (vertices.length > 0 && vertices.every(({ state }) => state === 'RUNNING')) return
    await sleep(200)
  }
}

test('it is shown before it runs, and then has the tasks that were shown', async () => {
  const words = [counting, '--library', library, '--parallelism', '2']
  const shown = await millrace('topology', 'show', ...words, '--json', '--', '50', 'shown')
  expect(shown).toMatchObject({
    status: 0,
    notes: expect.stringMatching(/^note: the job needs 2 slots, and 4 of 4 are free\nnote: .* groups it needs more;/),
  })
  expect(await jobs()).toEqual([])
  const started = await millrace('job', 'start', ...words, '--name', 'counts', '--', '50', 'a name of its own')
  expect(started).toMatchObject({ status: 0, notes: 'note: job "counts" is started\n' })
  expect(await jobs()).toMatchObject([{ jid: started.out.trim(), name: 'a name of its own' }])
  await untilRunning('counts')
  const running = JSON.parse((await millrace('job', 'show', 'counts', '--json')).out) as { vertices: { id: string; parallelism: number }[] }
  const { vertices } = JSON.parse(shown.out) as typeof running
  const told = (of: typeof vertices): string[] => of.map(({ id, parallelism }) => `${id} ${parallelism}`)
  expect(told(vertices)).toEqual(told(running.vertices))
  expect(vertices.map(({ parallelism }) => parallelism)).toEqual([2, 2])
  const text = (await millrace('topology', 'show', ...words, '--', '50', 'shown')).out
  expect(text).toMatch(/^1 {2}\w{32} {2}parallelism 2\n {5}Source: numbers -> Map\n2 {2}\w{32} {2}parallelism 2 {2}HASH from 1\n/)
})

test('it is sent once and runs once, however often it is asked for', async () => {
  const again = await millrace('job', 'start', counting, '--library', library, '--name', 'counts', '--', '50', 'x')
  expect(again).toMatchObject({ status: 0, notes: 'note: job "counts" runs already\n' })
  const start = ['job', 'start', counting, '--library', library, '--name', 'both', '--', '50', 'both']
  const both = await Promise.all([millrace(...start), millrace(...start)])
  expect(both.map(({ status }) => status)).toEqual([0, 0])
  expect(new Set(both.map(({ out }) => out)).size).toBe(1)
  expect((await jobs()).map(({ name }) => name).toSorted()).toEqual(['a name of its own', 'both'])
  expect(await jars()).toBe(1)
  expect((await millrace('job', 'cancel', 'both')).out).toContain('CANCELED')
})

test('it is stopped with a savepoint, and goes on from it', async () => {
  const stopped = await millrace('job', 'stop', 'counts')
  expect(stopped).toMatchObject({ status: 0, out: expect.stringMatching(/^file:\S+savepoint-\S+\n$/) })
  const from = ['--from-savepoint', stopped.out.trim(), '--claim-mode', 'claim']
  const words = [counting, '--library', library, '--name', 'counts', '--parallelism', '2', ...from]
  const { out } = await millrace('job', 'start', ...words, '--', '50', 'again')
  await untilRunning('counts')
  const { latest } = await ask<{ latest: { restored: { external_path: string } } }>(`/jobs/${out.trim()}/checkpoints`)
  expect(latest.restored.external_path).toBe(stopped.out.trim())
  expect((await millrace('job', 'cancel', 'counts')).status).toBe(0)
})

test('what is wrong with it is told in one line, and nothing runs', async () => {
  const script = await commands.script('SELECT 1;')
  const cases: [string[], string, number][] = [
    [[nameless, '--', '1', 'x'], "Neither a 'Main-Class', nor a 'program-class' entry was found in the jar file.", 1],
    [[nameless, '--main-class', 'demo.Missing'], 'class demo.Missing is not there', 1],
    [[counting, '--library', library, '--', 'one'], 'two words are expected, got 1', 1],
    [[counting, '--', '1', 'x'], 'class demo.Twice is not there', 1],
    [[counting, '--library', `${library}.not`], 'CLUSTER_JAR_FILE', 1],
    [['missing.jar'], 'the JAR "missing.jar" cannot be read', 1],
    [[script, '--main-class', 'demo.Count'], '"--main-class" is only for a JAR', 2],
  ]
  const before = await jobs()
  for (const [words, problem, status] of cases) {
    const [program = '', ...others] = words
    const ended = await millrace('job', 'start', program, '--name', 'wrong', ...others)
    expect(ended.notes).toContain(problem)
    expect([ended.status, ended.out]).toEqual([status, ''])
  }
  expect(await jobs()).toEqual(before)
  const found = await millrace(
    'job',
    'start',
    nameless,
    '--main-class',
    'demo.Count',
    '--library',
    library,
    '--name',
    'right',
    '--',
    '50',
    'x',
  )
  expect(found).toMatchObject({ status: 0 })
  expect((await millrace('job', 'cancel', 'right')).status).toBe(0)
})

test('its tasks are edited in its program, whose slot sharing groups are told once it runs', async () => {
  for (const words of [
    ['topology', 'edit', counting, '--parallelism', '2'],
    ['topology', 'diff', counting, '--job', 'counts'],
  ]) {
    const { status, notes } = await millrace(...words)
    expect([status, notes]).toEqual([2, expect.stringContaining('the tasks of a JAR are edited in its program only')])
  }
  const start = ['job', 'start', counting, '--library', library, '--parallelism', '1', '--name', 'apart', '--', '50', 'apart']
  expect((await millrace(...start)).status).toBe(0)
  await untilRunning('apart')
  const { out } = await millrace('job', 'show', 'apart')
  expect(out).toMatch(/Map: RUNNING, parallelism 1, slots of group 1, [\s\S]*parallelism 1, slots of group 2, /)
  expect((await millrace('job', 'show', 'counts')).out).not.toContain('slots of group')
  expect((await millrace('job', 'cancel', 'apart')).status).toBe(0)
})
