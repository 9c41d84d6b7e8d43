import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jarOf } from './jar-file.fixture.ts'
import { openJar } from './jar-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-jars-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a JAR is known by its content, which is read when it is wanted', async () => {
  const bytes = jarOf({ 'a/B.class': 'x' })
  const place = path.join(folder, 'a.jar')
  await writeFile(place, bytes)
  const opened = await openJar(place)
  expect(opened).toMatchObject({ hash: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length })
  expect(Buffer.concat(await Array.fromAsync(opened.read()))).toEqual(bytes)
})

test('what is no JAR, and what is not there, is refused by its path', async () => {
  const place = path.join(folder, 'text.jar')
  await writeFile(place, 'SELECT 1;')
  await expect(openJar(place)).rejects.toThrow(`"${place}" is not a JAR, or not a whole one`)
  await expect(openJar(`${place}.not`)).rejects.toMatchObject({ code: 'CLUSTER_JAR_FILE', detail: 'It does not exist.' })
  await expect(openJar(folder)).rejects.toMatchObject({ code: 'CLUSTER_JAR_FILE' })
})
