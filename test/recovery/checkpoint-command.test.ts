/** `millrace checkpoint`, savepoints and `--from-checkpoint`, as scripts use them. */
import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allNumbers, Sums } from './sums.fixture.ts'

let sums: Sums
let stopped: Ended
const program = path.resolve('bin/millrace')

interface Ended {
  readonly status: number | null
  readonly out: string
  readonly notes: string
}

/** `limits` is what a shell does before it starts the program. */
function millrace(
  words: readonly string[],
  { until, limits = ':' }: { until?: () => Promise<boolean>; limits?: string } = {},
): Promise<Ended> {
  const child = spawn('bash', ['-c', `${limits}; exec "$@"`, 'bash', program, ...words], {
    cwd: sums.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let notes = ''
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString()
  })
  child.stderr.on('data', (bytes: Buffer) => {
    notes += bytes.toString()
  })
  const ended = new Promise<Ended>((resolve) => child.on('close', (status) => resolve({ status, out, notes })))
  if (until !== undefined) void terminateWhen(until, () => child.kill('SIGTERM'))
  return ended
}

async function terminateWhen(until: () => Promise<boolean>, terminate: () => void): Promise<void> {
  while (!(await until())) await sleep(20)
  terminate()
}

async function namesIn(...steps: readonly string[]): Promise<string[]> {
  return (await readdir(path.join(sums.folder, ...steps)).catch(() => [])).filter((name) => !name.startsWith('.')).sort()
}

function checkpoint(...words: readonly string[]): Promise<Ended> {
  return millrace(['checkpoint', ...words])
}

const run = ['run', 'script.sql', '--checkpoint-interval', '50ms']

/** Stopped when it has two checkpoints, and a savepoint taken then. */
beforeAll(async () => {
  sums = await Sums.create(20_000)
  await writeFile(path.join(sums.folder, 'script.sql'), sums.script)
  const until = async (): Promise<boolean> => (await namesIn('state', 'statement-1', 'checkpoints')).length > 1
  stopped = await millrace([...run, '--data-dir', 'state', '--savepoint-on-stop', 'saved'], { until })
})
afterAll(() => rm(sums.folder, { recursive: true, force: true }))

test('a run that is stopped leaves a savepoint, and says where', () => {
  expect(stopped).toMatchObject({
    status: 130,
    notes: expect.stringMatching(/^note: savepoint saved\/savepoint-\d{8}T\d{6}Z; start from it with --from-checkpoint$/m),
  })
})

async function newest(): Promise<number> {
  return Number.parseInt((await namesIn('state', 'statement-1', 'checkpoints')).at(-1) ?? '', 10)
}

describe('looking', () => {
  test('list names every checkpoint', async () => {
    const { status, out } = await checkpoint('list', 'state')
    expect(status).toBe(0)
    const [title, ...rows] = out.trimEnd().split('\n')
    expect(title).toMatch(/^statement +checkpoint +taken at \(UTC\) +state +note$/)
    expect(rows).toHaveLength(2)
    expect(rows.at(-1)).toMatch(new RegExp(`^statement-1 +${await newest()} +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d +\\d+ B$`))
    const lines = (await checkpoint('list', 'state', '--json')).out.trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ statement: 'statement-1', number: await newest(), finished: false })
  })

  test('show tells of sources, operators and sinks', async () => {
    const { status, out } = await checkpoint('show', 'state')
    expect(status).toBe(0)
    expect(out).toMatch(/^sources\n {2}default_catalog\.default_database\.numbers-1 {2}\{"row":\d+\}$/m)
    expect(out).toMatch(/^operators\n(?: {2}aggregate-.+WindowAggregate.+ (?:entry|entries) +\d+ B\n)+/m)
    expect(out).toMatch(/^sinks\n {2}sums-1 /m)
    const shown = JSON.parse((await checkpoint('show', 'state', '--json')).out) as Record<string, unknown>
    expect(Object.keys(shown)).toEqual(expect.arrayContaining(['sources', 'parts', 'sinks', 'watermarks', 'plan']))
  })

  test('verify names the bad file, whatever is wrong with it, and the status tells', async () => {
    expect(await checkpoint('verify', 'state')).toMatchObject({ status: 0, out: expect.stringMatching(/^4 files, none damaged$/m) })
    await cp(path.join(sums.folder, 'state'), path.join(sums.folder, 'broken'), { recursive: true })
    const [, bad = ''] = await namesIn('broken', 'statement-1', 'state')
    const file = path.join(sums.folder, 'broken', 'statement-1', 'state', bad)
    const bytes = await readFile(file)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    await writeFile(file, bytes)
    const { status, out } = await checkpoint('verify', 'broken')
    expect(status).toBe(1)
    expect(out).toMatch(
      new RegExp(`^damaged {2}statement-1/state/${bad}, needed by checkpoint \\d+: .* is damaged\\. At byte \\d+\\.$`, 'm'),
    )
    expect(out).toMatch(/^4 files, 1 damaged$/m)
    await rm(file)
    expect(await checkpoint('verify', 'broken')).toMatchObject({ status: 1, out: expect.stringContaining('does not exist') })
    const refused = await millrace([...run, '--data-dir', 'broken'])
    expect(refused).toMatchObject({ status: 3, notes: expect.stringContaining(`"state/${bad}" does not exist`) })
  })

  test.each<[words: readonly string[], status: number, notes: string]>([
    [['list', 'nowhere'], 1, 'there are no checkpoints in'],
    [['list', 'rows'], 1, 'there are no checkpoints in'],
    [['list', 'script.sql'], 3, 'A part of the path is not a directory.'],
    [['show', 'state', '--checkpoint', '999'], 1, 'there is no checkpoint 999'],
    [['show', 'state', '--statement', '7'], 2, 'statement 7 has no checkpoints'],
    [['export', 'state'], 2, 'option "--to" is missing'],
    [['lst', 'state'], 2, 'Did you mean "list"?'],
    [['list', 's3://key:secret@bucket/x'], 1, 'expected s3://bucket/prefix'],
  ])('%j fails with what is wrong', async (words, status, notes) => {
    const ended = await checkpoint(...words)
    expect(ended).toMatchObject({ status, out: '', notes: expect.stringContaining(notes) })
    expect(ended.notes).not.toContain('secret@')
  })

  test('what is no checkpoint is listed as damaged', async () => {
    await mkdir(path.join(sums.folder, 'foreign', 'checkpoints'), { recursive: true })
    await writeFile(path.join(sums.folder, 'foreign', 'checkpoints', '00000001.json'), '{"version":2}\nsha256:0\n')
    expect(await checkpoint('list', 'foreign')).toMatchObject({ status: 0, out: expect.stringMatching(/ 1 +\? +\? +.*is damaged$/m) })
  })
})

describe('starting from another checkpoint', () => {
  test('a copy that was exported stands for itself, and is made once', async () => {
    expect(await checkpoint('export', 'state', '--to', 'copy')).toMatchObject({
      status: 0,
      out: expect.stringContaining('copy/statement-1'),
    })
    expect(await checkpoint('verify', 'copy')).toMatchObject({ status: 0, out: expect.stringMatching(/^2 files, none damaged$/m) })
    expect(await checkpoint('export', 'state', '--to', 'copy')).toMatchObject({ status: 1, notes: expect.stringContaining('of its own') })
    expect(await checkpoint('list', 'copy/statement-1')).toMatchObject({ status: 0 })
  })

  test('needs a place for checkpoints', async () => {
    const ended = await millrace([...run, '--from-checkpoint', 'copy'])
    expect(ended).toMatchObject({
      status: 2,
      notes: expect.stringContaining('option "--data-dir" is missing, which "--from-checkpoint" needs'),
    })
  })

  test('a savepoint starts a run elsewhere', async () => {
    const [savepoint = ''] = await namesIn('saved')
    const words = [...run, '--data-dir', 'other', '--from-checkpoint', path.join('saved', savepoint)]
    expect(await millrace(words)).toMatchObject({ status: 0, notes: expect.stringMatching(/^note: went on from checkpoint \d+$/m) })
    expect(await sums.numbers()).toEqual(allNumbers)
    expect(await millrace(words)).toMatchObject({ status: 0, notes: expect.stringContaining('nothing was left to do') })
    const taken = await millrace([...run, '--data-dir', 'state', '--from-checkpoint', path.join('saved', savepoint)])
    expect(taken).toMatchObject({ status: 1, notes: expect.stringContaining('has checkpoints of its own') })
  })
})

test('a file system that takes no more is told, and nothing is lost once it does', async () => {
  // Much state, and one row in the end.
  const byNumber = `(SELECT window_start, window_end, n FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(\`time\`), INTERVAL '1' HOUR))
    GROUP BY window_start, window_end, n)`
  const insert = `INSERT INTO sums SELECT window_end, COUNT(*), SUM(n) FROM ${byNumber} GROUP BY window_start, window_end;`
  const tables = sums.script.slice(0, sums.script.indexOf('INSERT INTO')).replace('/rows', '/many')
  await writeFile(path.join(sums.folder, 'many.sql'), `${tables}${insert}`)
  const words = ['run', 'many.sql', '--data-dir', 'full', '--checkpoint-interval', '500ms']
  const full = await millrace(words, { limits: 'ulimit -f 100' })
  expect(full).toMatchObject({
    status: 3,
    notes: expect.stringMatching(/could not write "state\/.*\n {2}It would be larger than files may be\./),
  })
  expect((await readdir(path.join(sums.folder, 'full', 'statement-1', 'state'))).filter((name) => name.startsWith('.'))).toEqual([])
  expect(await millrace(words)).toMatchObject({ status: 0 })
  const texts = await Promise.all((await namesIn('many')).map((name) => readFile(path.join(sums.folder, 'many', name), 'utf8')))
  expect(texts.join('')).toMatch(/,100000,4999950000\n$/)
})
