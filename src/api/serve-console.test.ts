/** The console's page, while its files change under a server that runs. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serveConsole } from './serve-console.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-console-'))
  await mkdir(path.join(folder, 'assets'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a console that is built again is the one that is served, and meanwhile the one before', async () => {
  const file = path.join(folder, 'index.html')
  await writeFile(file, 'first')
  const app = fastify()
  await serveConsole(app, folder)
  const page = async (url: string): Promise<string> => (await app.inject(url)).body
  expect(await page('/')).toBe('first')
  await rm(file)
  expect(await page('/w/main/jobs')).toBe('first')
  await writeFile(file, 'second')
  expect([await page('/'), await page('/w/main/jobs')]).toEqual(['second', 'second'])
  await app.close()
})
