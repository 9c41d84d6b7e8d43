/** The file of a store, and what may be wrong with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, open, readFile, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { type LogKind, openStore, type RecordKind, type Store } from '#store'
import { at, code, note, put } from './store.fixture.ts'

const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'millrace-store-'))
const openIn = (folder: string): Promise<Store> => openStore('', folder, systemClock)
const fileOf = (folder: string): string => path.join(folder, 'records.db')

/** A folder whose store has had some commits, and is closed. */
async function filled(count = 50): Promise<string> {
  const folder = await newFolder()
  const store = await openIn(folder)
  for (let i = 0; i < count; i++) await put(store, at(`${i}`), 'x'.repeat(2000))
  await store.close()
  return folder
}

test('what was written is there when the store is opened again', async () => {
  const folder = await filled()
  const store = await openIn(folder)
  expect(await store.list(note, { workspace: 'w', limit: 100 })).toHaveLength(50)
  expect(await put(store, at('7'), 'again', 1)).toBe(2)
  await store.close()
})

test('nobody else may look into the folder or the file', async () => {
  const folder = path.join(await newFolder(), 'made', 'later')
  const store = await openIn(folder)
  await put(store, at('a'), 'x')
  const rights = (name: string): string => (statSync(name).mode & 0o777).toString(8)
  expect([folder, path.dirname(folder)].map(rights)).toEqual(['700', '700'])
  const names = readdirSync(folder)
  expect(names).toContain('records.db-wal')
  expect(names.map((name) => [name, rights(path.join(folder, name))])).toEqual(names.map((name) => [name, '600']))
  await store.close()
  await chmod(fileOf(folder), 0o644)
  await (await openIn(folder)).close()
  expect(rights(fileOf(folder))).toBe('600')
})

describe('a folder has one server', () => {
  test('another one in this process is refused, and told who is there', async () => {
    const folder = await newFolder()
    const store = await openIn(folder)
    const detail = expect.stringMatching(`^Process ${process.pid} on host "${hostname()}" has them since 20`)
    await expect(openIn(folder)).rejects.toThrow(expect.objectContaining({ code: 'STORE_IN_USE', blame: 'user', detail }))
    // Neither did the attempt let go of the lock.
    await expect(openIn(folder)).rejects.toThrow(code('STORE_IN_USE'))
    await store.close()
    await (await openIn(folder)).close()
  })

  test('so it is for other processes, until the first one is killed', async () => {
    const folder = await newFolder()
    const life = live(folder)
    await life.hasBegun()
    const detail = expect.stringContaining(`Process ${life.child.pid} on`)
    await expect(openIn(folder)).rejects.toThrow(expect.objectContaining({ code: 'STORE_IN_USE', detail }))
    await life.kill()
    await (await openIn(folder)).close()
  })
})

/** A process that writes to the store of a folder. */
function live(folder: string, count = 1_000_000, through: readonly string[] = []) {
  const file = path.join(import.meta.dirname, 'write-process.fixture.ts')
  const words = [process.execPath, '--conditions=source', '--disable-warning=ExperimentalWarning', file, folder, `${count}`]
  const [program = '', ...rest] = [...through, ...words]
  const child: ChildProcess = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [told, said] = ['', '']
  child.stdout?.on('data', (bytes: Buffer) => {
    told += String(bytes)
  })
  child.stderr?.on('data', (bytes: Buffer) => {
    said += String(bytes)
  })
  const closed = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)))
  return {
    child,
    hasBegun: async () => {
      for (let waits = 0; told === '' && child.exitCode === null && waits < 2000; waits++) await sleep(10)
    },
    /** What it had said until it ended. */
    end: async (): Promise<string[]> => {
      await closed
      expect(said).toBe('')
      return told.split('\n').slice(0, -1)
    },
    kill: async () => {
      child.kill('SIGKILL')
      expect(await closed).toBe('SIGKILL')
    },
  }
}

const half: RecordKind<number> = { name: 'half', keepsVersions: true }
const numbers: LogKind<{ readonly number: number }> = { name: 'number' }

/** The number of the last commit; fails where a commit is there in part, or one before it is not. */
async function lastOf(folder: string): Promise<number> {
  const store = await openIn(folder)
  const [left, right] = await Promise.all(['left', 'right'].map((id) => store.read(half, at(id))))
  expect(left?.value).toBe(right?.value)
  const last = left?.value ?? 0
  expect(left?.version ?? 0).toBe(last)
  const found: number[] = []
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await store.entries(numbers, { workspace: 'w', before, limit: 1000 })
    if (page.length === 0) break
    found.push(...page.map(({ value }) => value.number))
    before = page.at(-1)?.sequence ?? 0
  }
  expect(found).toEqual(Array.from({ length: last }, (_, i) => last - i))
  await store.close()
  return last
}

test('a process that is killed while it writes loses nothing that it was told is done, and leaves nothing half', async () => {
  const folder = await newFolder()
  let last = 0
  for (let lives = 0; lives < 5; lives++) {
    const life = live(folder)
    await life.hasBegun()
    await sleep(Math.random() * 150)
    await life.kill()
    const told = Number((await life.end()).at(-1))
    expect(told).toBeGreaterThan(last)
    last = await lastOf(folder)
    expect(last).toBeGreaterThanOrEqual(told)
  }
}, 60_000)

test('where the disk takes no more, a commit is refused as a whole, and what was there stays', async () => {
  const folder = await newFolder()
  // The bound on the size of a file stands for that of a disk.
  const life = live(folder, 1_000_000, ['sh', '-c', 'ulimit -f 4000; exec "$@"', 'sh'])
  const told = await life.end()
  expect(told.at(-1)).toMatch(/^STORE_(?:FULL|UNWRITABLE)$/)
  const done = Math.max(...told.filter((line) => /^\d+$/.test(line)).map(Number))
  expect(done).toBeGreaterThan(100)
  expect(await lastOf(folder)).toBeGreaterThanOrEqual(done)
  await live(folder, done + 100).end()
  expect(await lastOf(folder)).toBeGreaterThanOrEqual(done + 100)
}, 60_000)

describe('a file that is damaged', () => {
  test('at its beginning', async () => {
    const folder = await filled()
    await overwrite(folder, 0, 200)
    await expect(openIn(folder)).rejects.toThrow(expect.objectContaining({ code: 'STORE_DAMAGED', blame: 'external' }))
  })

  test('in the middle', async () => {
    const folder = await filled()
    await overwrite(folder, 4096 * 3, 4096 * 4)
    await expect(openIn(folder)).rejects.toThrow(code('STORE_DAMAGED'))
    // Who mends it finds it as it was.
    await expect(openIn(folder)).rejects.toThrow(code('STORE_DAMAGED'))
  })

  test('cut off', async () => {
    const folder = await filled()
    const handle = await open(fileOf(folder), 'r+')
    await handle.truncate(4096 * 5)
    await handle.close()
    await expect(openIn(folder)).rejects.toThrow(code('STORE_DAMAGED'))
  })

  test('in a value', async () => {
    const folder = await newFolder()
    const store = await openIn(folder)
    await put(store, at('a'), 'PLAIN')
    await store.close()
    const bytes = await readFile(fileOf(folder))
    await writeFile(fileOf(folder), bytes.toString('latin1').replaceAll('"PLAIN"', '"PLAIN}'), 'latin1')
    const again = await openIn(folder)
    await expect(again.read(note, at('a'))).rejects.toThrow(code('STORE_DAMAGED'))
    await again.close()
  })

  async function overwrite(folder: string, from: number, length: number): Promise<void> {
    const handle = await open(fileOf(folder), 'r+')
    await handle.write(Buffer.alloc(length, 0xa5), 0, length, from)
    await handle.close()
  }
})

describe('a place that cannot be written to', () => {
  test.each(['/proc/millrace', '/dev/null/store'])('%s', async (folder) => {
    await expect(openIn(folder)).rejects.toThrow(code('STORE_UNWRITABLE'))
  })

  test('a file in the place of the folder', async () => {
    const file = path.join(await newFolder(), 'file')
    await writeFile(file, '')
    await expect(openIn(file)).rejects.toThrow(code('STORE_UNWRITABLE'))
  })

  test('a folder in the place of the file', async () => {
    const folder = await newFolder()
    await mkdir(fileOf(folder))
    await expect(openIn(folder)).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/^STORE_UN(?:READ|WRIT)ABLE$/) }))
  })
})

test('a file of a newer program is refused, and stays as it is', async () => {
  const folder = await filled(1)
  const newer = new DatabaseSync(fileOf(folder))
  newer.exec("INSERT INTO millrace_migrations VALUES (999, 'of later', 1); ALTER TABLE millrace_records RENAME TO millrace_things")
  newer.close()
  const before = await readFile(fileOf(folder))
  await expect(openIn(folder)).rejects.toThrow(
    expect.objectContaining({
      code: 'STORE_NEWER',
      detail: expect.stringMatching(/^They are at step 999, and this one knows steps up to \d+\./),
    }),
  )
  expect((await readFile(fileOf(folder))).equals(before)).toBe(true)
})
