/** Tables of files in a bucket of a real server. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Commands, numbers, seededPauses } from './command.fixture.ts'
import { HttpProxy } from './http-proxy.fixture.ts'
import { type S3Server, startS3Server } from './s3-server.fixture.ts'

let server: S3Server
let commands: Commands
let client: S3Client
let tables = 0
/** The prefix of a table that no other test has. */
let prefix: string

beforeAll(async () => {
  server = await startS3Server()
  commands = await Commands.open()
  commands.variables = server.variables
  const { AWS_ENDPOINT_URL: endpoint = '', AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '' } = server.variables
  const credentials = { accessKeyId: id, secretAccessKey: secret }
  client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
})
afterAll(async () => {
  client.destroy()
  await commands.close()
  await server.remove()
})
beforeEach(() => {
  prefix = `table-${++tables}`
})

const address = (name = prefix): string => `s3://${server.bucket}/${name}`

function table(name: string, columns: string, options: Readonly<Record<string, string>> = {}): string {
  const all = { connector: 'filesystem', path: address(), format: 'csv', ...options }
  const clause = Object.entries(all).map(([key, value]) => `'${key}' = '${value}'`)
  return `CREATE TABLE ${name} ${columns} WITH (${clause.join(', ')});\n`
}

async function put(name: string, text: string): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: server.bucket, Key: `${prefix}/${name}`, Body: text }))
}

/** Names of the objects of the table. */
async function objects(): Promise<string[]> {
  const names = await readdir(path.join(server.objects, prefix), { recursive: true, withFileTypes: true }).catch(() => [])
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(server.objects, prefix), path.join(entry.parentPath, entry.name)))
}

const isSeen = (name: string): boolean => !path.basename(name).startsWith('.')

/** Looks at every object that readers see. */
async function expectWhole(end: RegExp): Promise<void> {
  const seen = (await objects()).filter(isSeen)
  const texts = await Promise.all(seen.map((name) => readFile(path.join(server.objects, prefix, name), 'latin1')))
  for (const text of texts) expect(text).toMatch(end)
}

async function openUploads(): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: server.bucket }))
  return Uploads.length
}

/** How many numbers there are, how many different ones, and their sum: of those from 0 on, each once. */
const sums = (count: number): unknown[][] => [[count, count, (count * (count - 1)) / 2]]
const askSums = 'SELECT COUNT(*) AS rows_there, COUNT(DISTINCT n) AS numbers, SUM(n) AS total FROM t;'

/** Opens a proxy before the store for as long as it is used. */
async function throughProxy(
  fate: HttpProxy['fate'],
  use: (proxy: HttpProxy, variables: Record<string, string>) => Promise<void>,
): Promise<void> {
  const proxy = new HttpProxy(server.variables['AWS_ENDPOINT_URL'] ?? '')
  proxy.fate = fate
  await proxy.start()
  try {
    await use(proxy, { AWS_ENDPOINT_URL: proxy.endpoint })
  } finally {
    await proxy.stop()
  }
}

test.each(['csv', 'json', 'parquet'])('what is written as %s comes back', async (format) => {
  const rows = "(1, 'a', DATE '2001-01-31', 'x'), (2, 'b', DATE '2001-01-31', NULL), (3, CAST(NULL AS STRING), DATE '2001-02-01', 'a/b')"
  const types = '(id BIGINT, name STRING, `day` DATE, region STRING) PARTITIONED BY (`day`, region)'
  const options: Record<string, string> = format === 'csv' ? { format, 'csv.null-literal': 'NULL' } : { format }
  const written = `${table('t', types, options)}INSERT INTO t VALUES ${rows};\n`
  expect(await commands.run(written)).toMatchObject({ status: 0, notes: '' })
  expect((await objects()).map((name) => path.dirname(name)).sort()).toEqual([
    'day=2001-01-31/region=__DEFAULT_PARTITION__',
    'day=2001-01-31/region=x',
    'day=2001-02-01/region=a%2Fb',
  ])
  expect(await commands.rows(`${table('t', types, options)}SELECT * FROM t;`)).toEqual([
    [1, 'a', '2001-01-31', 'x'],
    [2, 'b', '2001-01-31', null],
    [3, null, '2001-02-01', 'a/b'],
  ])
  expect(await openUploads()).toBe(0)
})

test('a file of many parts is written, listed page by page beside others, and read by several workers', async () => {
  const count = 1_200_000
  const large = table('t', '(n BIGINT, words STRING)', { 'sink.parallelism': '1' })
  expect(
    await commands.run(`${numbers(count)}${large}INSERT INTO t SELECT n, 'some words for number ' || CAST(n AS STRING) FROM numbers;`),
  ).toMatchObject({ status: 0 })
  expect(await objects()).toHaveLength(1)
  expect(await commands.rows(`SET 'parallelism.default' = '2';\n${large}${askSums}`)).toEqual(sums(count))
})

test('an overwrite replaces what is there, and a second one without rows leaves nothing', async () => {
  const t = table('t', '(n BIGINT)')
  await put('before.csv', '1\n2\n')
  expect(await commands.run(`${t}INSERT OVERWRITE t VALUES (7);`)).toMatchObject({ status: 0 })
  expect(await commands.rows(`${t}SELECT * FROM t;`)).toEqual([[7]])
  expect(await objects()).toHaveLength(1)
})

test('patterns and hidden names choose what is read', async () => {
  for (const name of ['a/1.csv', 'a/2.txt', 'b/3.csv', 'b/_4.csv', 'b/.c/5.csv', 'ab/6.csv']) await put(name, `${/\d/.exec(name)?.[0]}\n`)
  const of = (place: string): string => `${table('t', '(n BIGINT)', { path: address(`${prefix}${place}`) })}SELECT * FROM t;`
  expect(await commands.rows(of(''))).toEqual([[1], [2], [3], [6]])
  expect(await commands.rows(of('/*/*.csv'))).toEqual([[1], [3], [6]])
  expect(await commands.rows(of('/{a,b}'))).toEqual([[1], [2], [3]])
  expect(await commands.rows(of('/a/1.csv'))).toEqual([[1]])
  expect(await commands.run(of('/none'))).toMatchObject({ status: 1, notes: expect.stringContaining('does not exist') })
})

test.each([
  ['csv', 11, 1000, {}],
  ['parquet', 23, 4, { 'auto-compaction': 'true' }],
])(
  'a durable run of %s that is killed again and again loses nothing, shows nothing half and writes nothing twice',
  async (format, seed, filesMax, options) => {
    const count = 24_000
    const t = table('t', '(n BIGINT, p BIGINT) PARTITIONED BY (p)', { format, ...options })
    const pauses = seededPauses(seed, 6, 500)
    let isOver = false
    const watching = (async () => {
      while (!isOver) {
        await expectWhole(format === 'csv' ? /\n$/ : /PAR1$/)
        await sleep(100)
      }
    })()
    const lives = await commands.runKilled(`${numbers(count, 4000)}${t}INSERT INTO t SELECT n, n / 12000 FROM numbers;`, pauses)
    isOver = true
    await watching
    expect(lives).toBe(7)
    expect(await commands.rows(`${t}${askSums}`)).toEqual(sums(count))
    expect((await objects()).filter((name) => path.basename(name).startsWith('.'))).toEqual([])
    expect((await objects()).length).toBeLessThanOrEqual(filesMax)
    expect(await openUploads()).toBe(0)
  },
)

test('a run that was killed and is not durable leaves uploads that the next run removes', async () => {
  const t = table('t', '(n BIGINT)')
  const text = `${numbers(1_000_000, 400_000)}${t}INSERT INTO t SELECT n * 1000000000000 FROM numbers;`
  const killed = commands.start(['run', await commands.script(text)])
  while ((await openUploads()) === 0) await sleep(50)
  killed.end('SIGKILL')
  await killed.ended
  expect(await commands.run(`${t}INSERT INTO t VALUES (1);`)).toMatchObject({ status: 0 })
  expect(await openUploads()).toBe(0)
  expect(await commands.rows(`${t}SELECT * FROM t;`)).toEqual([[1]])
})

test('a table that is watched gives the rows of new objects', async () => {
  await put('1.csv', '1\n')
  const from = table('t', '(n BIGINT)', { 'source.monitor-interval': '200 ms' })
  const seen = path.join(commands.folder, 'seen')
  const to = table('seen', '(n BIGINT)', { path: seen })
  const words = ['run', await commands.script(`${from}${to}INSERT INTO seen SELECT n FROM t;`)]
  const watching = commands.start([...words, '--data-dir', `${seen}-state`, '--checkpoint-interval', '100ms'])
  const seenNumbers = async (): Promise<string[]> => {
    const names = (await readdir(seen).catch(() => [])).filter((name) => name.startsWith('part'))
    return (await Promise.all(names.map((name) => readFile(path.join(seen, name), 'utf8')))).join('').split('\n').sort()
  }
  while (!(await seenNumbers()).includes('1')) await sleep(50)
  await put('2.csv', '2\n')
  while (!(await seenNumbers()).includes('2')) await sleep(50)
  watching.end('SIGTERM')
  expect((await watching.ended).status).toBe(130)
  expect((await seenNumbers()).filter((text) => text !== '')).toEqual(['1', '2'])
})

test('a store that asks for patience, and halves answers, is asked again', async () => {
  const count = 600_000
  const t = table('t', '(n BIGINT, words STRING)')
  await throughProxy(
    () => 'passed',
    async (proxy, variables) => {
      let requests = 0
      proxy.fate = (words) => {
        requests++
        if (requests % 4 === 2) return { status: 503, code: 'SlowDown' }
        return requests % 4 === 3 && words.startsWith('GET') ? 'halved' : 'passed'
      }
      const text = `${numbers(count)}${t}INSERT INTO t SELECT n, 'some words for number ' || CAST(n AS STRING) FROM numbers;\n${askSums}`
      expect(await commands.rows(text, variables)).toEqual(sums(count))
      expect(requests).toBeGreaterThan(12)
    },
  )
  expect(await openUploads()).toBe(0)
})

test('a request that was heeded, and whose answer was lost, is not heeded twice', async () => {
  const count = 3000
  const t = table('t', '(n BIGINT, p BIGINT) PARTITIONED BY (p)')
  const asked = new Map<string, number>()
  const fate: HttpProxy['fate'] = (words) => {
    const operation = words.replace(/part-[0-9a-f-]*/g, '')
    asked.set(operation, (asked.get(operation) ?? 0) + 1)
    if (asked.get(operation) === 1) return 'lost'
    // Stores differ in what they say of an upload that was ended: this one says that all is well.
    return words.startsWith('POST') && words.includes('uploadId=') ? { status: 404, code: 'NoSuchUpload' } : 'passed'
  }
  await throughProxy(fate, async (_proxy, variables) => {
    const text = `${numbers(count)}${t}INSERT INTO t SELECT n, n / 1000 FROM numbers;\n${askSums}`
    expect(await commands.rows(text, variables)).toEqual(sums(count))
  })
  expect((await objects()).filter((name) => !isSeen(name))).toEqual([])
})

test('an upload that somebody else abandoned ends the run', async () => {
  const t = table('t', '(n BIGINT)')
  const fate: HttpProxy['fate'] = (words) =>
    words.startsWith('POST') && words.includes('uploadId=') ? { status: 404, code: 'NoSuchUpload' } : 'passed'
  await throughProxy(fate, async (_proxy, variables) => {
    const ended = await commands.run(`${t}INSERT INTO t VALUES (1);`, variables)
    expect(ended).toMatchObject({ status: 3, notes: expect.stringContaining('was ready to be committed and is gone') })
  })
})

test('a run waits for a store that is restarted', async () => {
  const count = 40_000
  const t = table('t', '(n BIGINT)')
  const words = ['run', await commands.script(`${numbers(count, 8000)}${t}INSERT INTO t SELECT n FROM numbers;`)]
  const running = commands.start([...words, '--data-dir', path.join(commands.folder, 'restarted'), '--checkpoint-interval', '100ms'])
  while ((await objects()).length < 2) await sleep(50)
  await server.stop()
  await sleep(1500)
  await server.restart()
  expect(await running.ended).toMatchObject({ status: 0 })
  expect(await commands.rows(`${t}${askSums}`)).toEqual(sums(count))
})

test('an object that is changed, or goes away, while it is read ends the run', async () => {
  const t = table('t', '(n BIGINT)')
  const ofTable = (request: string): boolean => request.includes(`${prefix}/a.csv`)
  await put('a.csv', '1\n')
  const changing = async (request: string): Promise<'passed'> => {
    if (ofTable(request)) await put('a.csv', '2\n3\n')
    return 'passed'
  }
  await throughProxy(changing, async (_proxy, variables) => {
    expect(await commands.run(`${t}SELECT * FROM t;`, variables)).toMatchObject({
      status: 3,
      notes: expect.stringContaining('changed while it was read'),
    })
  })
  const removing = (request: string) => (ofTable(request) ? { status: 404, code: 'NoSuchKey' } : 'passed')
  await throughProxy(removing, async (_proxy, variables) => {
    expect(await commands.run(`${t}SELECT * FROM t;`, variables)).toMatchObject({
      status: 3,
      notes: expect.stringContaining('is gone before it was read'),
    })
  })
})

test.each<[trouble: string, variables: Record<string, string>, place: string | null, said: string]>([
  ['key', { AWS_ACCESS_KEY_ID: 'nobody' }, null, 'cannot be used with the keys that are set'],
  ['secret', { AWS_SECRET_ACCESS_KEY: 'wrong-secret' }, null, 'cannot be used with the keys that are set'],
  ['region', { AWS_REGION: 'eu-west-9' }, null, 'is in another region'],
  ['bucket', {}, 's3://no-such-bucket/t', 'bucket "no-such-bucket" does not exist'],
  ['host', { AWS_ENDPOINT_URL: 'http://no-such-host.invalid' }, null, 'could not reach'],
  ['address', {}, 's3://B/t', 'the address of a bucket has another form'],
])('a wrong %s is said at once, without the secret', async (_trouble, variables, place, said) => {
  const t = table('t', '(n BIGINT)', place === null ? {} : { path: place })
  for (const statement of ['SELECT * FROM t;', 'INSERT INTO t VALUES (1);']) {
    const startedAt = performance.now()
    const { status, notes } = await commands.run(`${t}${statement}`, variables)
    expect(notes).toContain(said)
    expect(status).not.toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(60_000)
    expect(notes).not.toContain(server.variables['AWS_SECRET_ACCESS_KEY'])
    expect(notes).not.toContain('wrong-secret')
  }
})
