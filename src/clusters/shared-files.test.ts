/** Folders for the exchange of plans: where they lie, who may look into them, and what is there too much or not at all. */
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { shareFiles } from './shared-files.ts'

let planFolder: string

beforeEach(async () => {
  planFolder = await mkdtemp(path.join(tmpdir(), 'millrace-shared-'))
})
afterEach(() => rm(planFolder, { recursive: true, force: true }))

const far = { name: 'far', gatewayUrl: 'http://flink:8083' }

test.each(['http://127.0.0.1:1', 'http://127.1.2.3:1', 'http://localhost:1', 'https://[::1]:1/x'])(
  'with a gateway at %s files are shared in a folder that nobody else looks into',
  async (gatewayUrl) => {
    const files = await shareFiles({ name: 'near', gatewayUrl, planFolder: '' })
    expect((await stat(path.dirname(files.compiled))).mode & 0o077).toBe(0)
    expect(await files.readCompiled()).toBeNull()
    await writeFile(files.compiled, 'a plan')
    expect(await files.readCompiled()).toBe('a plan')
    await files.writeEdited('another')
    await files.remove()
    await expect(stat(path.dirname(files.edited))).rejects.toMatchObject({ code: 'ENOENT' })
  },
)

test.each(['http://flink:8083', 'http://127.0.0.1.example.org', 'http://localhost.example.org', ''])(
  'with a gateway at %j they are not, unless a folder is named',
  async (gatewayUrl) => {
    await expect(shareFiles({ ...far, gatewayUrl, planFolder: '' })).rejects.toMatchObject({ code: 'CLUSTER_PLAN_FOLDER' })
  },
)

test('in a folder that is named, who may look into that may look', async () => {
  await chmod(planFolder, 0o770)
  const files = await shareFiles({ ...far, planFolder })
  expect((await stat(path.dirname(files.compiled))).mode & 0o777).toBe(0o770)
  await files.remove()
  expect(await readdir(planFolder)).toEqual([])
})

test('a folder that is not there is told, and so is what is no file', async () => {
  await expect(shareFiles({ ...far, planFolder: path.join(planFolder, 'absent') })).rejects.toMatchObject({ code: 'CLUSTER_PLAN_FILES' })
  const files = await shareFiles({ ...far, planFolder })
  await rm(path.dirname(files.compiled), { recursive: true })
  await expect(files.writeEdited('x')).rejects.toMatchObject({ code: 'CLUSTER_PLAN_FILES' })
})
