/** `millrace test` as scripts use it: what it prints, what it writes, and its exit status. */
import { execFile, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseXml } from './xml.ts'

const program = path.resolve('bin/millrace')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-command-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Outcome {
  readonly status: number
  /** Without the time that it took. */
  readonly out: string
  readonly notes: string
}

function millrace(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, ['test', ...words], { cwd: folder }, (error, out, notes) =>
      resolve({
        status: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        out: out.replace(/, \d+\.\d s$/gm, ''),
        notes,
      }),
    )
  })
}

async function write(name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
  await writeFile(path.join(folder, name), content)
}

function read(name: string): Promise<string> {
  return readFile(path.join(folder, name), 'utf8')
}

const right = 'test: right\nSELECT 1 AS n\nrows:\n| n |\n| 1 |\n'
const wrong = 'test: wrong\nSELECT 1 AS n\nrows:\n| n |\n| 2 |\n'

describe('what is run', () => {
  test('files and folders, each file once, with a line for each and one at the end', async () => {
    await write('tests/b.sqltest', right)
    await write('tests/deep/a.sqltest', right + right.replace('right', 'again'))
    await write('tests/notes.txt', 'no test')
    await write('tests/.hidden/c.sqltest', wrong)
    await write('tests/node_modules/d.sqltest', wrong)
    await write('single.tests', right)
    expect(await millrace('tests', 'single.tests', 'tests/b.sqltest', './tests')).toEqual({
      status: 0,
      out: 'ok     tests/b.sqltest  1 test\nok     tests/deep/a.sqltest  2 tests\nok     single.tests  1 test\n\n4 passed, 0 failed\n',
      notes: '',
    })
  })

  test('the failing ones make it fail', async () => {
    await write('a.sqltest', right + wrong)
    await write('b.sqltest', `test: open\nnotimpl: soon\n${wrong.slice('test: wrong\n'.length)}`)
    expect(await millrace('.')).toEqual({
      status: 1,
      out: `
a.sqltest:8: wrong: the rows differ (- expected, + given)
    | n |
  - | 2 |   line 10, missing
  + | 1 |   unexpected
1 missing, 1 unexpected.
FAILED a.sqltest  1 of 2 tests
ok     b.sqltest  1 test

1 known gap among those that passed
2 passed, 1 failed
`,
      notes: '',
    })
  })
})

test('the first Ctrl-C ends it, with what is known by then', async () => {
  await write('a.sqltest', right)
  await write(
    'b.sqltest',
    "test: endless\nCREATE TABLE t (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');\nSELECT n FROM t\nrows:\n",
  )
  const child = spawn(program, ['test', '.'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  const status = await new Promise((resolve) => {
    child.on('close', resolve)
    child.stdout.on('data', (bytes) => {
      out += String(bytes)
      if (out.startsWith('ok')) child.kill('SIGINT')
    })
  })
  expect(status).toBe(130)
  expect(out).toMatch(/^ok {5}a\.sqltest .*\n\n1 passed, 0 failed\n$/)
})

describe('--update', () => {
  const layout = `# kept

table t
| n INT | # no comment, part of no cell
`.replace(' # no comment, part of no cell', '')
  const file = `${layout}| 3     |

test:   kept as it is
SELECT 1 AS n, 'x' AS s   -- a comment
rows:
| n | s   |
| 1 | 'x' |

# between
test: filled in
SELECT n FROM t
rows:

test: written anew
SELECT n, 'a' AS s FROM t
changelog:
| op | n | s |
| +I | 9 | a |
SELECT nope
rows:
| a |

test: open
notyet: later
SELECT 1 AS n
rows:
| n |
| 7 |
`
  const updated = file
    .replace('rows:\n\n', 'rows:\n| n |\n| 3 |\n\n')
    .replace('| +I | 9 | a |', '| +I | 3 | a |')
    .replace('SELECT nope\nrows:\n| a |\n', 'SELECT nope\nerror: SQL_COLUMN_NOT_FOUND at 1:8\n')

  test('writes what is expected anew, and nothing else', async () => {
    await write('a.sqltest', file)
    expect(await millrace('a.sqltest', '--update')).toEqual({
      status: 0,
      out: 'ok     a.sqltest  4 tests\n\n1 known gap among those that passed\n4 passed, 0 failed\n',
      notes: 'a.sqltest: expectations of 2 tests written anew\n',
    })
    expect(await read('a.sqltest')).toBe(updated)
  })

  test('leaves a file alone that is right', async () => {
    await write('a.sqltest', updated)
    await chmod(path.join(folder, 'a.sqltest'), 0o444)
    const before = await stat(path.join(folder, 'a.sqltest'))
    expect(await millrace('a.sqltest', '--update')).toMatchObject({ status: 0, notes: '' })
    expect((await stat(path.join(folder, 'a.sqltest'))).mtimeMs).toBe(before.mtimeMs)
  })

  test('keeps line ends and the byte order mark', async () => {
    await write('a.sqltest', `\ufeff${file.replaceAll('\n', '\r\n')}`)
    expect(await millrace('a.sqltest', '--update')).toMatchObject({ status: 0 })
    expect(await read('a.sqltest')).toBe(`\ufeff${updated.replaceAll('\n', '\r\n')}`)
  })

  test('does not hide what cannot be expected', async () => {
    const text = `table t
| n INT |
| 1     |
| ----- |
| 2     |
restart
| 3     |

test: drawn
SELECT n, RAND_INTEGER(7, 1000) AS drawn FROM t
rows:
`
    await write('a.sqltest', text)
    const { status, out } = await millrace('a.sqltest', '--update')
    expect(status).toBe(1)
    expect(out).toContain('drawn: the rows differ after the restart at line 6')
    expect(out).not.toContain('- expected')
  })
})

describe('--junit', () => {
  test('writes a report', async () => {
    await write('a.sqltest', right + wrong)
    await write('b.sqltest', 'nonsense')
    expect(await millrace('.', '--junit', 'out.xml')).toMatchObject({ status: 1, notes: '' })
    const report = parseXml(await read('out.xml'))
    expect(report.attributes).toMatchObject({ tests: '3', failures: '1', errors: '1' })
    expect(report.children.map(({ attributes }) => attributes['name'])).toEqual(['a.sqltest', 'b.sqltest'])
    expect(report.children[1]?.children[0]?.children[0]?.text).toContain('at b.sqltest:1:1')
  })

  test('says when it cannot, before anything is run', async () => {
    await write('a.sqltest', wrong)
    expect(await millrace('a.sqltest', '--junit', 'missing/out.xml')).toMatchObject({
      status: 3,
      out: '',
      notes: expect.stringContaining('could not write "missing/out.xml"'),
    })
  })
})

describe('the command line is wrong', () => {
  test.each([
    [[], 'argument <path> of "millrace test" is missing'],
    [['missing.sqltest'], 'file "missing.sqltest" does not exist'],
    [['empty'], 'there is no test in "empty"'],
    [['a.sqltest', '--engine', 'flink'], 'option "--cluster" is missing, which "--engine flink" needs'],
    [['a.sqltest', '--engine', 'spark'], 'engine "spark" is not built yet'],
    [['a.sqltest', '--engine', 'embedded', '--gateway', 'http://127.0.0.1:1'], 'option "--gateway" means nothing beside "--engine"'],
    [['a.sqltest', '--engine', 'flink', '--gateway', 'http://127.0.0.1:1', '--update'], '--update'],
    [['a.sqltest', '--engine', 'oracle'], 'option "--engine" expects embedded, flink, spark or storm, got "oracle"'],
    [['a.sqltest', '--junit'], 'option "--junit" expects <file>, got nothing'],
    [['a.sqltest', '--updat'], 'Did you mean --update?'],
  ])('%j', async (words, problem) => {
    await write('a.sqltest', right)
    await mkdir(path.join(folder, 'empty'))
    const { status, out, notes } = await millrace(...words)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(notes).toContain(problem)
  })
})

describe('files that are broken', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['is not UTF-8', Buffer.from('test: caf\xe9', 'latin1'), '"a.sqltest" is not UTF-8 text'],
    ['is binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe]), '"a.sqltest" is not UTF-8 text'],
    ['is too large', Buffer.alloc(17 * 1024 * 1024, '#'), 'larger than the limit'],
    [
      'is cut off in a row',
      `${right}test: cut\nSELECT 1 AS n\nrows:\n| n |\n| 1`,
      'error: the row has no end\n  at a.sqltest:10:1\n 10 | | 1\n',
    ],
    ['is cut off in a test', `${right}test: cut\nSELECT 1 AS n`, 'error: test "cut" does not say what it expects\n  at a.sqltest:6:1\n'],
    ['has a word that is none', `${right}chnagelog:\n`, 'hint: Did you mean "changelog"?'],
    ['steers the terminal', `${right}\u001b[2J:\n|`, 'expected SQL'],
  ])('one that %s is told, and the others are run', async (_, content, problem) => {
    await write('a.sqltest', content)
    await write('b.sqltest', right)
    const { status, out, notes } = await millrace('.')
    expect({ status, notes }).toEqual({ status: 1, notes: '' })
    expect(out).toContain(problem)
    expect(out).toContain('FAILED a.sqltest  1 of 1 test\nok     b.sqltest  1 test\n\n1 passed, 1 failed\n')
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u)
  })

  test('a link that leads nowhere, and what is no file', async () => {
    await symlink('nowhere', path.join(folder, 'a.sqltest'))
    await mkdir(path.join(folder, 'b.sqltest'))
    await write('c.sqltest', right)
    const { status, out } = await millrace('.')
    expect(status).toBe(1)
    expect(out).toContain('error: file "a.sqltest" does not exist')
    expect(out).toContain('1 passed, 1 failed\n')
  })

  test('an empty one has no tests', async () => {
    await write('a.sqltest', '')
    expect(await millrace('a.sqltest')).toEqual({ status: 0, out: 'ok     a.sqltest  0 tests\n\n0 passed, 0 failed\n', notes: '' })
  })

  test('data does not steer the terminal', async () => {
    await write('a.sqltest', "test: bell\nSELECT E'\\u001b[2J' AS s\nrows:\n| s |\n")
    const { out } = await millrace('a.sqltest')
    expect(out).toContain('+ | \ufffd[2J |')
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u)
  })
})
