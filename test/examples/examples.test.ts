/** Every file of examples/ runs as its first lines say, and prints what golden/ keeps. UPDATE=1 writes the golden files anew. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = process.cwd()
const golden = path.join(import.meta.dirname, 'golden')
const scripts = (await readdir('examples')).filter((name) => name.endsWith('.sql')).map((name) => name.slice(0, -'.sql'.length))
/** Its numbers are compared with another engine's in test/demo. */
const withoutGolden = ['flights-demo']

/** What is said beside the answer. */
const notes: Readonly<Record<string, string>> = {
  'dead-rows': 'note: 3 rows set aside as unreadable\n',
  'late-data': 'note: 2 rows dropped as late\n',
}

/** A folder that looks like the root of a checkout, for results to be left in. */
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-examples-'))
  for (const name of ['examples', 'node_modules']) await symlink(path.join(root, name), path.join(folder, name))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('there is something for everyone', () => {
  expect(scripts.length).toBeGreaterThanOrEqual(15)
})

test('a pipeline with tests says how to run both, runs, and passes its tests', { timeout: 30_000 }, async () => {
  const script = await readFile('examples/tested-pipeline/revenue.sql', 'utf8')
  expect(script).toContain('\n-- millrace run examples/tested-pipeline/revenue.sql\n-- millrace test examples/tested-pipeline\n')
  const program = path.join(root, 'bin/millrace')
  const run = await promisify(execFile)(program, ['run', 'examples/tested-pipeline/revenue.sql'], { cwd: folder })
  expect(run).toEqual({ stdout: '+I[atlas, 405.00]\n+I[kettle, 273.00]\n', stderr: '' })
  const tested = await promisify(execFile)(program, ['test', 'examples'], { cwd: folder })
  expect(tested.stdout).toMatch(/\n4 passed, 0 failed\n$/)
})

describe.each(scripts)('%s', (name) => {
  test('says what it shows and how to run it', async () => {
    const [first = '', ...lines] = (await readFile(`examples/${name}.sql`, 'utf8')).split('\n')
    const head = [first, ...lines.slice(0, lines.indexOf(''))]
    expect(head.length).toBeGreaterThan(1)
    for (const line of head) expect(line).toMatch(/^-- /)
    expect(head.join('\n')).toContain(`millrace run examples/${name}.sql`)
  })

  test.each(withoutGolden.includes(name) ? [] : [name])('prints what it did before', async () => {
    const { stdout, stderr } = await promisify(execFile)(path.join(root, 'bin/millrace'), ['run', `examples/${name}.sql`], { cwd: folder })
    const file = path.join(golden, `${name}.txt`)
    if (process.env['UPDATE'] === '1') await writeFile(file, stdout)
    expect(stderr).toBe(notes[name] ?? '')
    expect(stdout).toBe(await readFile(file, 'utf8'))
  })
})
