/** Tables of files in HDFS, over the WebHDFS of real nodes. */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openHdfs, type WebHdfs } from '#blobs'
import { Commands, numbers, seededPauses } from './command.fixture.ts'
import { type HdfsServer, startHdfsServer } from './hdfs-server.fixture.ts'
import { HttpProxy } from './http-proxy.fixture.ts'

let server: HdfsServer
let commands: Commands
let files: WebHdfs
let tables = 0
/** The directory of a table that no other test has. */
let folder: string

beforeAll(async () => {
  server = await startHdfsServer()
  commands = await Commands.open()
  files = await openHdfs(`hdfs://${server.host}`, systemClock, null)
}, 200_000)
afterAll(async () => {
  files?.close()
  await commands?.close()
  await server?.remove()
})
beforeEach(() => {
  folder = `/tables/t-${++tables}`
})

function table(name: string, columns: string, options: Readonly<Record<string, string>> = {}): string {
  const all = { connector: 'filesystem', path: `hdfs://${server.host}${folder}`, format: 'csv', ...options }
  const clause = Object.entries(all).map(([key, value]) => `'${key}' = '${value}'`)
  return `CREATE TABLE ${name} ${columns} WITH (${clause.join(', ')});\n`
}

/** Paths of the files of the table, below its directory. */
async function names(directory = folder): Promise<string[]> {
  const found: string[] = []
  for (const { name, isDirectory } of await files.list(directory)) {
    if (isDirectory) found.push(...(await names(`${directory}/${name}`)))
    else found.push(`${directory}/${name}`.slice(folder.length + 1))
  }
  return found
}

async function text(name: string): Promise<string> {
  const place = `${folder}/${name}`
  return Buffer.from(await files.read(place, 0, (await files.look(place))?.bytes ?? 0)).toString()
}

const isSeen = (name: string): boolean => !path.basename(name).startsWith('.')
const sums = (count: number): unknown[][] => [[count, count, (count * (count - 1)) / 2]]
const askSums = 'SELECT COUNT(*) AS rows_there, COUNT(DISTINCT n) AS numbers, SUM(n) AS total FROM t;'

test.each(['csv', 'json', 'parquet'])('what is written as %s comes back', async (format) => {
  const rows = "(1, 'a', DATE '2001-01-31', 'x'), (2, 'b', DATE '2001-01-31', NULL), (3, 'c', DATE '2001-02-01', 'a/b %?#+')"
  const types = '(id BIGINT, name STRING, `day` DATE, region STRING) PARTITIONED BY (`day`, region)'
  expect(await commands.run(`${table('t', types, { format })}INSERT INTO t VALUES ${rows};\n`)).toMatchObject({ status: 0, notes: '' })
  expect(await names()).toHaveLength(3)
  const other = table('t', types, { format, path: `webhdfs://${server.host}${folder}` })
  for (const t of [table('t', types, { format }), other]) {
    expect(await commands.rows(`${t}SELECT * FROM t;`)).toEqual([
      [1, 'a', '2001-01-31', 'x'],
      [2, 'b', '2001-01-31', null],
      [3, 'c', '2001-02-01', 'a/b %?#+'],
    ])
  }
})

test('a large file is put together from parts, and read by several workers', async () => {
  const count = 1_200_000
  const t = table('t', '(n BIGINT, words STRING)', { 'sink.parallelism': '1' })
  const write = `INSERT INTO t SELECT n, 'some words for number ' || CAST(n AS STRING) FROM numbers;`
  expect(await commands.run(`${numbers(count)}${t}${write}`)).toMatchObject({ status: 0 })
  expect(await names()).toHaveLength(1)
  expect(await commands.rows(`SET 'parallelism.default' = '2';\n${t}${askSums}`)).toEqual(sums(count))
})

test('an overwrite replaces what is there', async () => {
  const t = table('t', '(n BIGINT)')
  await files.write(`${folder}/before.csv`, Buffer.from('1\n2\n'))
  expect(await commands.run(`${t}INSERT OVERWRITE t VALUES (7);`)).toMatchObject({ status: 0 })
  expect(await commands.rows(`${t}SELECT * FROM t;`)).toEqual([[7]])
  expect(await names()).toHaveLength(1)
})

test('patterns and hidden names choose what is read, of directories that are listed page by page', async () => {
  const there = ['a/1.csv', 'a/2.txt', 'b/3.csv', 'b/_4.csv', 'b/.c/5.csv', 'ab/6.csv', 'a/7.csv', 'a/8.csv', 'a/9.csv']
  for (const name of there) await files.write(`${folder}/${name}`, Buffer.from(`${/\d/.exec(name)?.[0]}\n`))
  const of = (place: string): string => `${table('t', '(n BIGINT)', { path: `hdfs://${server.host}${folder}${place}` })}SELECT * FROM t;`
  expect(await commands.rows(of(''))).toEqual([[1], [2], [3], [6], [7], [8], [9]])
  expect(await commands.rows(of('/{b,ab}/*.csv'))).toEqual([[3], [6]])
  expect(await commands.run(of('/none'))).toMatchObject({ status: 1, notes: expect.stringContaining('does not exist') })
})

test.each([
  ['csv', 5, 1000, {}],
  ['parquet', 17, 4, { 'auto-compaction': 'true' }],
])(
  'a durable run of %s that is killed again and again loses nothing, shows nothing half and writes nothing twice',
  async (format, seed, filesMax, options) => {
    const count = 24_000
    const t = table('t', '(n BIGINT, p BIGINT) PARTITIONED BY (p)', { format, ...options })
    let isOver = false
    const watching = (async () => {
      while (!isOver) {
        for (const name of (await names()).filter(isSeen)) expect(await text(name)).toMatch(format === 'csv' ? /\n$/ : /PAR1$/)
        await sleep(200)
      }
    })()
    const pauses = seededPauses(seed, 6, 500)
    const lives = await commands.runKilled(`${numbers(count, 4000)}${t}INSERT INTO t SELECT n, n / 12000 FROM numbers;`, pauses)
    isOver = true
    await watching
    expect(lives).toBe(7)
    expect(await commands.rows(`${t}${askSums}`)).toEqual(sums(count))
    expect((await names()).filter((name) => !isSeen(name))).toEqual([])
    expect((await names()).length).toBeLessThanOrEqual(filesMax)
  },
)

test('a run waits while the name node is in safe mode', async () => {
  const count = 30_000
  const t = table('t', '(n BIGINT)')
  const words = ['run', await commands.script(`${numbers(count, 6000)}${t}INSERT INTO t SELECT n FROM numbers;`)]
  const running = commands.start([...words, '--data-dir', path.join(commands.folder, 'safe'), '--checkpoint-interval', '200ms'])
  while ((await names()).filter(isSeen).length < 2) await sleep(50)
  await server.safeMode('enter')
  const before = (await names()).filter(isSeen).length
  await sleep(1000)
  expect((await names()).filter(isSeen).length).toBe(before)
  await server.safeMode('leave')
  expect(await running.ended).toMatchObject({ status: 0 })
  expect(await commands.rows(`${t}${askSums}`)).toEqual(sums(count))
})

/** Opens a proxy before the name node for as long as it is used. */
async function throughProxy(fate: HttpProxy['fate'], use: (host: string) => Promise<void>): Promise<void> {
  const proxy = new HttpProxy(`http://${server.host}`)
  proxy.fate = fate
  await proxy.start()
  try {
    await use(new URL(proxy.endpoint).host)
  } finally {
    await proxy.stop()
  }
}

test('a file that is changed, or goes away, while it is read ends the run', async () => {
  const of = (host: string): string => table('t', '(n BIGINT)', { path: `hdfs://${host}${folder}` })
  await files.write(`${folder}/a.csv`, Buffer.from('1\n'))
  const changing = async (request: string): Promise<'passed'> => {
    if (request.includes('op=OPEN')) await files.write(`${folder}/a.csv`, Buffer.from('2\n'))
    return 'passed'
  }
  await throughProxy(changing, async (host) => {
    expect((await commands.run(`${of(host)}SELECT * FROM t;`)).notes).toContain('changed while it was read')
  })
  const removing = async (request: string): Promise<'passed'> => {
    if (request.includes('op=OPEN')) await files.remove(`${folder}/a.csv`)
    return 'passed'
  }
  await throughProxy(removing, async (host) => {
    expect((await commands.run(`${of(host)}SELECT * FROM t;`)).notes).toContain('is gone before it was read')
  })
})

test('a request that was heeded, and whose answer was lost, is not heeded twice', async () => {
  const count = 3000
  const asked = new Set<string>()
  const fate = (request: string): 'lost' | 'passed' => {
    const operation = /op=[A-Z]+/.exec(request)?.[0] ?? ''
    const isFirst = !asked.has(operation)
    asked.add(operation)
    return isFirst ? 'lost' : 'passed'
  }
  await throughProxy(fate, async (host) => {
    const t = table('t', '(n BIGINT)', { path: `hdfs://${host}${folder}` })
    expect(await commands.rows(`${numbers(count)}${t}INSERT INTO t SELECT n FROM numbers;\n${askSums}`)).toEqual(sums(count))
  })
  expect(asked).toContain('op=RENAME')
  expect((await names()).filter((name) => !isSeen(name))).toEqual([])
})

test('a run waits for nodes that are killed and started again', async () => {
  const count = 60_000
  const t = table('t', '(n BIGINT)')
  const words = ['run', await commands.script(`${numbers(count, 6000)}${t}INSERT INTO t SELECT n FROM numbers;`)]
  const running = commands.start([...words, '--data-dir', path.join(commands.folder, 'killed'), '--checkpoint-interval', '200ms'])
  while ((await names()).filter(isSeen).length < 2) await sleep(50)
  await server.kill()
  await server.restart()
  expect(await running.ended).toMatchObject({ status: 0 })
  expect(await commands.rows(`${t}${askSums}`)).toEqual(sums(count))
})

test.each<[trouble: string, place: () => string, variables: Record<string, string>, said: string]>([
  ['user', () => `hdfs://${server.host}/tables/t`, { HADOOP_USER_NAME: 'nobody-else' }, 'user "nobody-else" may not'],
  ['port', () => `hdfs://127.0.0.1:${server.rpcPort}/t`, {}, 'does not answer as WebHDFS does'],
  ['host', () => 'hdfs://no-such-host.invalid:9870/t', {}, 'could not reach'],
  ['address', () => 'hdfs:///t', {}, 'the address of files in HDFS has another form'],
])('a wrong %s is said at once', async (_trouble, place, variables, said) => {
  const { status, notes } = await commands.run(`${table('t', '(n BIGINT)', { path: place() })}INSERT INTO t VALUES (1);`, variables)
  expect(notes).toContain(said)
  expect(status).not.toBe(0)
})
