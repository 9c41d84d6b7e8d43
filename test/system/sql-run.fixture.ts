/** Runs scripts in this process, as the command line does, and as processes of their own that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { changeNames, printValue, rowAt, type Schema } from '#data'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'

/** The changes of all queries of a script, such as `+I 1, a`. */
export function changesOf(script: string, settings: Readonly<Record<string, string>> = {}): Promise<string[]> {
  return startSql(script, settings).ended
}

export interface StartedSql {
  /** What has come so far. */
  readonly changes: readonly string[]
  readonly ended: Promise<string[]>
  stop(): void
}

export function startSql(script: string, settings: Readonly<Record<string, string>> = {}): StartedSql {
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, openBlobs, userFunction: () => () => null }),
    settings: { 'table.local-time-zone': 'UTC', ...settings },
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  const changes: string[] = []
  let schema: Schema = []
  const stop = new AbortController()
  const listener = {
    opened: (query: { readonly schema: Schema }) => {
      schema = query.schema
    },
    changes: (batch: Parameters<typeof rowAt>[0]) => {
      for (let row = 0; row < batch.length; row++) {
        const values = rowAt(batch, schema, row).map((value, at) => printValue(value, (schema[at] as Schema[number]).type, 'UTC'))
        changes.push(`${changeNames[(batch.kinds?.[row] ?? 0) as 0]} ${values.join(', ')}`)
      }
    },
  }
  const ended = session.run(script, listener, stop.signal).then(() => changes)
  ended.catch(() => undefined)
  return { changes, ended, stop: () => stop.abort() }
}

export interface KillableRun {
  /** Starts a life of the run. */
  start(): { readonly child: ChildProcess; readonly ended: Promise<{ readonly status: number | null; readonly notes: string }> }
  /** Waits until there is a checkpoint that was not there before. */
  nextCheckpoint(): Promise<void>
  /** Ends the life at once, as a crash does. */
  kill(child: ChildProcess): void
  remove(): Promise<void>
}

/** A durable run of a script, with a place of its own. */
export async function killableRun(script: string): Promise<KillableRun> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-run-'))
  const state = path.join(folder, 'state')
  await writeFile(path.join(folder, 'script.sql'), script)
  const children = new Set<ChildProcess>()
  const kill = (child: ChildProcess): void => {
    try {
      // The launcher may have started another Node: both are of one group.
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
  const newest = async (): Promise<string> => (await openBlobs(`${state}/statement-1`).list('checkpoints/')).at(-1)?.name ?? ''
  return {
    start: () => {
      const words = ['run', 'script.sql', '--data-dir', state, '--checkpoint-interval', '50ms']
      const child = spawn(path.resolve('bin/millrace'), words, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
      children.add(child)
      let notes = ''
      child.stderr.on('data', (bytes: Buffer) => {
        notes += bytes.toString()
      })
      return { child, ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, notes }))) }
    },
    nextCheckpoint: async () => {
      const before = await newest()
      while ((await newest()) === before) await sleep(10)
    },
    kill,
    remove: async () => {
      for (const child of children) kill(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
