/** Folders of topics for tests, and what is in them. */
import * as nodeFiles from 'node:fs'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { systemClock } from '#base'
import type { FileFunctions } from './disk.ts'
import { recordsOf } from './records.ts'
import { openTopics, type Topics } from './topics.ts'

const made: string[] = []

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-topics-'))
  made.push(folder)
  return folder
}

/** Topics that share nothing with others of the folder, as those of another process. */
export function openAlone(folder: string, files: FileFunctions = nodeFiles): Promise<Topics> {
  return openTopics(folder, { clock: systemClock, files })
}

/** The values of all records of a topic, by partition. */
export async function valuesOf(topics: Topics, topic: string): Promise<string[][]> {
  const opened = await topics.topic(topic)
  const values: string[][] = Array.from({ length: opened.partitions }, () => [])
  for await (const batch of opened.follow({ from: 'earliest', isBounded: true }))
    for (const { partition, value } of recordsOf(batch)) values[partition]?.push(String(value))
  return values
}

/** The newest file of a partition. */
export function newestSegment(folder: string, topic: string, partition = 0): string {
  const place = path.join(folder, topic, String(partition))
  const names = readdirSync(place).filter((name) => name.endsWith('.log'))
  return path.join(place, names.sort().at(-1) ?? '')
}

/** Lets everything that this process holds in a folder be a dead process's. */
export function bury(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.held') && !name.endsWith('owner.json')) continue
    const file = path.join(folder, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/"began":(?:"\d+"|null)/, '"began":"1"'))
  }
}

/** What happens to a call of the file system: it is made, or fails in this way; a number lets so many bytes be written before. */
export type Fate = 'done' | { readonly code: string; readonly bytes?: number }

/** The functions of the file system, of which those that change something have a fate. */
export function filesWith(fateOf: (call: string, file: string) => Fate): FileFunctions {
  const paths = new Map<number, string>()
  const failure = (code: string): Error => Object.assign(new Error(`${code}: simulated`), { code })
  const check = (call: string, file: string): void => {
    const fate = fateOf(call, file)
    if (fate !== 'done') throw failure(fate.code)
  }
  const nameOf = (descriptor: number): string => paths.get(descriptor) ?? ''
  type Done = (error: Error | null, count: number) => void
  const changed = {
    openSync: (file: string, flags: number) => {
      if ((flags & nodeFiles.constants.O_CREAT) !== 0) check('open', file)
      const descriptor = nodeFiles.openSync(file, flags)
      paths.set(descriptor, file)
      return descriptor
    },
    writeSync: (descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
      check('write', nameOf(descriptor))
      return nodeFiles.writeSync(descriptor, bytes, offset, length, position)
    },
    writev: (descriptor: number, pieces: readonly Uint8Array[], position: number, done: Done) => {
      const fate = fateOf('write', nameOf(descriptor))
      if (fate === 'done') return nodeFiles.writev(descriptor, pieces, position, (error, count) => done(error, count))
      const bytes = Buffer.concat(pieces).subarray(0, fate.bytes ?? 0)
      nodeFiles.writeSync(descriptor, bytes, 0, bytes.length, position)
      setImmediate(() => done(failure(fate.code), 0))
    },
    ftruncateSync: (descriptor: number, length: number) => {
      check('truncate', nameOf(descriptor))
      nodeFiles.ftruncateSync(descriptor, length)
    },
    renameSync: (from: string, to: string) => {
      check('rename', to)
      nodeFiles.renameSync(from, to)
    },
    rmSync: (file: string, options: nodeFiles.RmOptions) => {
      check('remove', file)
      nodeFiles.rmSync(file, options)
    },
    mkdirSync: (folder: string) => {
      check('make', folder)
      nodeFiles.mkdirSync(folder)
    },
    fdatasync: (descriptor: number, done: Done) => {
      const fate = fateOf('sync', nameOf(descriptor))
      setImmediate(() => done(fate === 'done' ? null : failure(fate.code), 0))
    },
    fsync: (descriptor: number, done: Done) => {
      const fate = fateOf('sync', nameOf(descriptor))
      setImmediate(() => done(fate === 'done' ? null : failure(fate.code), 0))
    },
  }
  return { ...nodeFiles, ...changed } as unknown as FileFunctions
}
