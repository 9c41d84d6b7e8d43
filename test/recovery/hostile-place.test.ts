/** Places for checkpoints that something is wrong with: each with a clear outcome, and nothing lost once it is mended. */
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBlobs } from '#blobs'
import { faultyBlobs } from './blob-faults.fixture.ts'
import { allNumbers, Sums } from './sums.fixture.ts'

let sums: Sums

beforeEach(async () => {
  sums = await Sums.create(50_000)
})
afterEach(() => rm(sums.folder, { recursive: true, force: true }))

/** Runs until the checkpoint of that number is begun, and stops then. */
async function runUntil(number: number): Promise<void> {
  const stopping = new AbortController()
  const stopAt = (address: string) =>
    faultyBlobs(openBlobs(address), (step) => {
      if (step === `create checkpoints/${String(number).padStart(8, '0')}.json`) stopping.abort()
    })
  await sums.run({ open: stopAt, signal: stopping.signal })
  expect((await sums.numbers()).length).toBeLessThan(100)
}

async function manifests(): Promise<string[]> {
  return (await readdir(path.join(sums.place, 'checkpoints'))).filter((name) => !name.startsWith('.')).sort()
}

describe('while checkpoints are written', () => {
  const steps = [
    'create state/',
    'append state/',
    'finish state/',
    'create checkpoints/',
    'append checkpoints/',
    'finish checkpoints/',
    'remove ',
  ]

  test.each(steps)('a full disk at "%s" ends the run, and the next one goes on', async (step) => {
    let seen = 0
    const broken = (address: string) =>
      faultyBlobs(openBlobs(address), (name) => {
        // Not at once: there is something to go on from.
        if (name.startsWith(step) && ++seen === 3) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      })
    await expect(sums.run({ open: broken })).rejects.toThrow('no space')
    await sums.run()
    expect(await sums.numbers()).toEqual(allNumbers)
  })
})

test('a folder that cannot be written is refused before anything runs', async () => {
  await expect(sums.run({ settings: { 'execution.checkpointing.dir': '/sys/millrace' } })).rejects.toMatchObject({
    code: 'BLOBS_UNWRITABLE',
    blame: 'external',
    message: 'could not write ".lock" in "/sys/millrace/statement-1"',
  })
  await writeFile(path.join(sums.folder, 'file'), '')
  await expect(sums.run({ settings: { 'execution.checkpointing.dir': path.join(sums.folder, 'file') } })).rejects.toMatchObject({
    code: 'BLOBS_UNWRITABLE',
    detail: 'A part of the path is not a directory.',
  })
  expect(await sums.numbers()).toEqual([])
})

test('a second run at the same place is refused, and the first one is not disturbed', async () => {
  let second: Promise<unknown> | undefined
  const meanwhile = (address: string) =>
    faultyBlobs(openBlobs(address), (step) => {
      if (step.startsWith('finish checkpoints/')) second ??= sums.run().catch((error: unknown) => error)
    })
  await sums.run({ open: meanwhile })
  expect(await second).toMatchObject({ code: 'BLOBS_LOCKED', detail: expect.stringContaining(`Process ${process.pid} `) })
  expect(await sums.numbers()).toEqual(allNumbers)
})

describe('checkpoints that are there', () => {
  beforeEach(() => runUntil(3))

  async function damage(name: string): Promise<void> {
    const file = path.join(sums.place, 'checkpoints', name)
    const bytes = await readFile(file)
    bytes[30] = (bytes[30] ?? 0) ^ 1
    await writeFile(file, bytes)
  }

  test('a damaged one is named, and an older one is used only when asked for', async () => {
    const [older = '', newest = ''] = await manifests()
    await damage(newest)
    const damaged = { code: 'ENGINE_CHECKPOINT_DAMAGED', message: `"checkpoints/${newest}" in "${sums.place}" is damaged` }
    await expect(sums.run()).rejects.toMatchObject(damaged)
    await expect(sums.run()).rejects.toMatchObject(damaged)
    const settings = { 'execution.state-recovery.path': String(Number.parseInt(older, 10)) }
    await runAndStop(settings)
    expect(await manifests()).not.toContain(newest)
    // The same command again goes on, and not back once more.
    const before = (await manifests()).at(-1) ?? ''
    await sums.run({ settings })
    expect(((await manifests()).at(-1) ?? '') > before).toBe(true)
    // What the damaged one had committed is written again: it does not say what that was.
    expect((await sums.numbers()).length).toBeGreaterThanOrEqual(100)
    expect((await sums.numbers()).every((count) => count === 1000)).toBe(true)
  })

  async function runAndStop(settings: Readonly<Record<string, string>>): Promise<void> {
    const stopping = new AbortController()
    const stopSoon = (address: string) =>
      faultyBlobs(openBlobs(address), (step) => {
        if (step.startsWith('finish checkpoints/')) stopping.abort()
      })
    await sums.run({ open: stopSoon, settings, signal: stopping.signal })
  }

  test('of a script of several statements, the one that is not at its end goes back', async () => {
    const more = `CREATE TABLE others (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${sums.folder}/others', 'format' = 'csv');
      INSERT INTO others SELECT n FROM numbers;`
    await sums.run()
    const done = await manifests()
    const second = path.join(sums.dataDir, 'statement-2', 'checkpoints')
    const stopping = new AbortController()
    const stopLater = (address: string) =>
      faultyBlobs(openBlobs(address), (step) => {
        if (address.endsWith('2') && step === 'create checkpoints/00000003.json') stopping.abort()
      })
    await sums.run({ more, open: stopLater, signal: stopping.signal })
    const [older = '', newest = ''] = (await readdir(second)).sort()
    await sums.run({ more, settings: { 'execution.state-recovery.path': String(Number.parseInt(older, 10)) } })
    expect(await manifests()).toEqual(done)
    expect(await sums.numbers()).toEqual(allNumbers)
    expect(await readdir(second)).not.toContain(newest)
    const copy = path.join(sums.folder, 'copy')
    await cp(sums.place, copy, { recursive: true })
    const elsewhere = { 'execution.checkpointing.dir': path.join(sums.folder, 'other'), 'execution.state-recovery.path': copy }
    await rm(path.join(sums.folder, 'others'), { recursive: true })
    await sums.run({ more, settings: elsewhere })
    const texts = await Promise.all(
      (await readdir(path.join(sums.folder, 'others')))
        .filter((name) => !name.startsWith('.'))
        .map((name) => readFile(path.join(sums.folder, 'others', name), 'utf8')),
    )
    expect(texts.join('').split('\n')).toHaveLength(100_001)
  })

  test('one that is not there cannot be asked for', async () => {
    await expect(sums.run({ settings: { 'execution.state-recovery.path': '99' } })).rejects.toMatchObject({
      code: 'ENGINE_CHECKPOINT_NOT_FOUND',
      detail: expect.stringMatching(/^There are \d and \d\.$/),
    })
  })

  test('one of another version is refused', async () => {
    const [, newest = ''] = await manifests()
    const file = path.join(sums.place, 'checkpoints', newest)
    const { createHash } = await import('node:crypto')
    const [line = ''] = (await readFile(file, 'utf8')).split('\n')
    const json = JSON.stringify({ ...JSON.parse(line), version: 999 })
    await writeFile(file, `${json}\nsha256:${createHash('sha256').update(json).digest('hex')}\n`)
    await expect(sums.run()).rejects.toMatchObject({ code: 'ENGINE_CHECKPOINT_VERSION', blame: 'user' })
  })

  test('state that is gone is named', async () => {
    for (const name of await readdir(path.join(sums.place, 'state'))) await rm(path.join(sums.place, 'state', name))
    await expect(sums.run()).rejects.toMatchObject({ code: 'BLOBS_NOT_FOUND', message: expect.stringContaining('"state/0000000') })
  })

  test.each(['state', 'checkpoints'])('a link in place of the folder "%s" is refused', async (name) => {
    await rename(path.join(sums.place, name), path.join(sums.folder, 'elsewhere'))
    await symlink(path.join(sums.folder, 'elsewhere'), path.join(sums.place, name))
    await expect(sums.run()).rejects.toMatchObject({
      code: 'BLOBS_SYMBOLIC_LINK',
      message: `"${name}" in "${sums.place}" is a symbolic link`,
    })
  })

  test('a link in place of a checkpoint is refused, and one to the whole folder is followed', async () => {
    const [, newest = ''] = await manifests()
    const file = path.join(sums.place, 'checkpoints', newest)
    await rename(file, path.join(sums.folder, 'moved.json'))
    await symlink(path.join(sums.folder, 'moved.json'), file)
    await expect(sums.run()).rejects.toMatchObject({ code: 'BLOBS_SYMBOLIC_LINK' })
    await rm(file)
    await rename(path.join(sums.folder, 'moved.json'), file)
    await rename(sums.dataDir, path.join(sums.folder, 'real'))
    await symlink(path.join(sums.folder, 'real'), sums.dataDir)
    await sums.run()
    expect(await sums.numbers()).toEqual(allNumbers)
  })

  test('files that are not ours stay, and disturb nothing', async () => {
    const foreign = ['notes.txt', 'state/backup.tar', 'checkpoints/README', 'checkpoints/00000009.json.bak', 'state/sub/00000001.state']
    await mkdir(path.join(sums.place, 'state', 'sub'))
    for (const name of foreign) await writeFile(path.join(sums.place, name), 'not ours')
    await sums.run()
    expect(await sums.numbers()).toEqual(allNumbers)
    for (const name of foreign) expect(await readFile(path.join(sums.place, name), 'utf8')).toBe('not ours')
  })

  test('a copy of them starts a run elsewhere, and no other than that', async () => {
    const copy = path.join(sums.folder, 'copy')
    await cp(sums.dataDir, copy, { recursive: true })
    const elsewhere = { 'execution.checkpointing.dir': path.join(sums.folder, 'other'), 'execution.state-recovery.path': copy }
    await runAndStop(elsewhere)
    // Once begun, the same command goes on.
    await sums.run({ settings: elsewhere })
    expect(await sums.numbers()).toEqual(allNumbers)
    await expect(sums.run({ settings: { 'execution.state-recovery.path': copy } })).rejects.toMatchObject({
      code: 'ENGINE_CHECKPOINT_PLACE_TAKEN',
    })
    const nowhere = { ...elsewhere, 'execution.state-recovery.path': path.join(sums.folder, 'nowhere') }
    await expect(sums.run({ settings: nowhere })).rejects.toMatchObject({ code: 'ENGINE_CHECKPOINTS_NOT_FOUND' })
  })
})
