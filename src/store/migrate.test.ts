import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { type Migration, migrations } from './migrations.ts'
import { SqliteStore } from './sqlite-store.ts'
import { type RecordKind, writeOf } from './store.ts'

const note: RecordKind<unknown> = { name: 'note', keepsVersions: false }
const key = { workspace: 'w', id: 'a' }

/** A step after those that there are. */
function later(...sqlite: readonly string[]): readonly Migration[] {
  return [...migrations, { number: migrations.length + 1, name: 'later', sqlite, postgresql: [] }]
}

async function filled(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-steps-'))
  const store = await SqliteStore.open(folder, systemClock)
  await store.commit({ writes: [writeOf(note, key, 'before', 0)], by: 'b' })
  await store.close()
  return folder
}

const rename = `UPDATE millrace_records SET value = '"after"'`

test('a step that is new is taken once', async () => {
  const folder = await filled()
  const steps = later(rename)
  const store = await SqliteStore.open(folder, systemClock, steps)
  expect(await store.read(note, key)).toMatchObject({ value: 'after', version: 1 })
  await store.commit({ writes: [writeOf(note, key, 'mine', 1)], by: 'b' })
  await store.close()
  const again = await SqliteStore.open(folder, systemClock, steps)
  expect(await again.read(note, key)).toMatchObject({ value: 'mine' })
  await again.close()
})

test('a step that fails leaves nothing behind', async () => {
  const folder = await filled()
  await expect(SqliteStore.open(folder, systemClock, later(rename, 'CREATE oops', rename))).rejects.toThrow(
    expect.objectContaining({ code: 'STORE_UNWRITABLE', detail: expect.stringContaining('syntax error') as string }),
  )
  const store = await SqliteStore.open(folder, systemClock)
  expect(await store.read(note, key)).toMatchObject({ value: 'before' })
  await store.close()
})

test('an older program refuses what a newer one wrote', async () => {
  const folder = await filled()
  await (await SqliteStore.open(folder, systemClock, later(rename))).close()
  await expect(SqliteStore.open(folder, systemClock)).rejects.toThrow(expect.objectContaining({ code: 'STORE_NEWER' }))
})

test('steps are numbered from 1, and their statements are those of their database', () => {
  expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1))
  for (const { sqlite, postgresql } of migrations) {
    expect(sqlite.join()).not.toMatch(/COLLATE|bigint/)
    expect(postgresql.join()).not.toMatch(/\bTEXT\b(?! COLLATE)/)
  }
})
