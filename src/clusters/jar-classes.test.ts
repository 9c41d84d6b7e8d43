import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkClasses, classesIn } from './jar-classes.ts'
import { jarOf } from './jar-file.fixture.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-jars-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const place = path.join(folder, name)
  await writeFile(place, bytes)
  return place
}

const entries = {
  'META-INF/MANIFEST.MF': 'x',
  'a/B.class': 'one',
  'a/C$D.class': 'two',
  'a/text.txt': 'three',
  'module-info.class': 'four',
}

describe('the classes of a JAR', () => {
  test.each([
    ['short', {}],
    ['with a comment', { comment: 'PK\u0005\u0006 is a mark' }],
    ['in the form for large files', { long: true }],
  ])('are read: %s', async (name, options) => {
    const classes = await classesIn(await file(`${name}.jar`, jarOf(entries, options)))
    expect([...classes.keys()]).toEqual(['a/B.class', 'a/C$D.class'])
    expect(new Set(classes.values()).size).toBe(2)
  })

  test.each([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('SELECT 1')],
    ['a half', jarOf(entries).subarray(0, 150)],
    ['a tail', jarOf(entries).subarray(150)],
  ])('are not read of what is no JAR: %s', async (name, bytes) => {
    await expect(classesIn(await file(`${name}.jar`, bytes))).rejects.toThrow('is not a JAR, or not a whole one')
  })
})

describe('JARs', () => {
  test('go together where the classes that both have are the same', async () => {
    const one = await file('one.jar', jarOf({ 'a/B.class': 'same', 'META-INF/versions/9/a/B.class': 'x', 'module-info.class': 'x' }))
    const two = await file('two.jar', jarOf({ 'a/B.class': 'same', 'META-INF/versions/9/a/B.class': 'y', 'module-info.class': 'y' }))
    await expect(checkClasses([one, two], [])).resolves.toBeUndefined()
  })

  test('do not where one is another, among them or with those that are there', async () => {
    const one = await file('one.jar', jarOf({ 'a/A.class': 'x', 'a/b/C$D.class': 'one' }))
    const two = await file('two.jar', jarOf({ 'a/b/C$D.class': 'two' }))
    const problem = 'the JARs one.jar and two.jar do not go together: each has a class a.b.C$D of its own'
    await expect(checkClasses([one, two], [])).rejects.toThrow(problem)
    await expect(checkClasses([two], [one])).rejects.toThrow(problem)
    await expect(checkClasses([], [one, two])).resolves.toBeUndefined()
  })
})
