/** The world that tests run in: folders below the system's one for what is temporary, gone with the test. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { systemClock } from '#base'
import type { CaseFolder, TestWorld } from '#sqltest'
import { readScriptFile } from '../terminal/script-file.ts'

export const localTestWorld: TestWorld = {
  clock: systemClock,
  runMsMax: 30_000,
  createFolder,
  readText: (file) => readScriptFile(file, Readable.from([])),
  importModule: (file) => import(pathToFileURL(path.resolve(file)).href),
}

async function createFolder(): Promise<CaseFolder> {
  const place = await mkdtemp(path.join(tmpdir(), 'millrace-test-'))
  return {
    place,
    async write(name, text) {
      const file = path.join(place, name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, text)
    },
    read: (folder) => readAll(path.join(place, folder)),
    remove: () => rm(place, { recursive: true, force: true }),
  }
}

async function readAll(folder: string): ReturnType<CaseFolder['read']> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  return Promise.all(
    files.map(async (file) => ({ name: path.relative(folder, file).replaceAll(path.sep, '/'), text: await readFile(file, 'utf8') })),
  )
}
