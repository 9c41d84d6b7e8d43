import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { History, historyFile } from './history.ts'

async function freshFile(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-history-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return path.join(folder, 'state', 'history')
}

async function load(file: string): Promise<History> {
  const history = new History(file)
  await history.load()
  return history
}

test('entries of several lines are there again in the next session', async () => {
  const file = await freshFile()
  const first = await load(file)
  first.add('SELECT\n  1;')
  first.add('SELECT\n  1;')
  first.add('  ')
  await first.save()
  expect((await load(file)).entries).toEqual(['SELECT\n  1;'])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('two shells do not overwrite one another', async () => {
  const file = await freshFile()
  const [one, two] = [await load(file), await load(file)]
  one.add('one;')
  await one.save()
  two.add('two;')
  await two.save()
  expect((await load(file)).entries).toEqual(['one;', 'two;'])
})

test.each(["SET 'my.password' = 'x';", "CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'properties.sasl.token' = 'x');"])(
  '%s can be recalled, but stays out of the file',
  async (secret) => {
    const file = await freshFile()
    const history = await load(file)
    history.add(secret)
    history.add('SELECT 1;')
    await history.save()
    expect(history.entries).toContain(secret)
    expect(await readFile(file, 'utf8')).toBe('"SELECT 1;"\n')
  },
)

test('no more than a thousand entries are kept', async () => {
  const file = await freshFile()
  const history = await load(file)
  for (let i = 0; i < 1100; i++) history.add(`SELECT ${i};`)
  await history.save()
  const { entries } = await load(file)
  expect(entries).toHaveLength(1000)
  expect(entries.at(-1)).toBe('SELECT 1099;')
})

test.each([
  [{ XDG_STATE_HOME: '/state', HOME: '/me' }, '/state/millrace/history'],
  [{ HOME: '/me' }, '/me/.local/state/millrace/history'],
  [{}, undefined],
])('the file for %j is %s', (variables, file) => expect(historyFile(variables)).toBe(file))

test.each(['/dev/null/history', '/proc/.local/state/millrace/history'])('a file that cannot be written stops nobody: %s', async (file) => {
  const history = await load(file)
  history.add('SELECT 1;')
  await history.save()
  expect(history.entries).toEqual(['SELECT 1;'])
})
