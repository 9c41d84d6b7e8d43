import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { MillraceError, systemClock } from '#base'
import { type FlinkJars, type FlinkJob, type FlinkJobs, jobIdOf, noEdits } from '#engines'
import { RemoteJobs } from './remote-jobs.ts'
import type { RemoteSession } from './remote-session.ts'

const start = {
  name: 'sums',
  text: 'INSERT INTO a VALUES (1);',
  from: '',
  claimMode: '',
  allowsDroppedState: false,
  adjustments: [],
  edits: noEdits,
  edited: null,
}
const lives = [1, 2, 3].map((life) => jobIdOf('sums', life)) as [string, string, string]

/** A cluster in memory that refuses the ids of jobs which it has had, also where it lists them no more. */
class PretendedCluster {
  readonly listed = new Map<string, FlinkJob>()
  readonly had = new Set<string>()
  readonly cancelled: string[] = []
  /** The id that the next job gets, in the place of the one that was asked for. */
  otherId: string | null = null
  freeSlots = 8
  /** How often a script was planned. */
  planned = 0
  /** Its runtime mode. */
  mode = ''
  /** Comes between the look and the submission. */
  beforeSubmit = (): void => undefined

  put(id: string, state: string, name = 'sums'): void {
    this.had.add(id)
    this.listed.set(id, { id, name, state, startedAt: 0, endedAt: null, durationMs: 0, tasks: { running: 0, finished: 0, total: 0 } })
  }

  /** Uploads, and what was run. */
  readonly jarCalls: unknown[] = []

  #jars(): FlinkJars {
    const keep: FlinkJars['keep'] = ({ hash }) => Promise.resolve(`kept-${hash}`)
    const run: FlinkJars['run'] = (jar, { jobId, ...others }) => {
      this.beforeSubmit()
      this.jarCalls.push([jar, others])
      if (this.had.has(jobId)) {
        const message = 'the job manager refused: Job has already been submitted.'
        return Promise.reject(new MillraceError('ENGINE_FLINK_REFUSED', { blame: 'user', message }, {}))
      }
      this.put(this.otherId ?? jobId, 'RUNNING', 'a name of its own')
      return Promise.resolve(this.otherId ?? jobId)
    }
    return { keep, run } as unknown as FlinkJars
  }

  get jobs(): RemoteJobs {
    const list = (): Promise<FlinkJob[]> => Promise.resolve([...this.listed.values()])
    const cancel = (id: string): Promise<void> => Promise.resolve(void this.cancelled.push(id))
    const open = (settings: Readonly<Record<string, string>>): Promise<RemoteSession> => {
      const run: RemoteSession['run'] = async (_text, listener) => {
        this.beforeSubmit()
        const id = this.otherId ?? settings['$internal.pipeline.job-id'] ?? ''
        if (this.had.has(id)) {
          const message = 'the SQL gateway refused: Application has already been submitted.'
          throw new MillraceError('ENGINE_FLINK_REFUSED', { blame: 'user', message }, {})
        }
        this.put(id, 'RUNNING')
        listener.submitted?.(id)
        await Promise.resolve()
      }
      const explainLast = (): Promise<string> => {
        this.planned++
        const nodes = [{ id: 1, type: 'Values', parallelism: 4 }]
        return Promise.resolve(`== Physical Execution Plan ==${JSON.stringify({ nodes })}`)
      }
      const known = { get: (key: string): string => (key === 'execution.runtime-mode' ? this.mode : '') }
      const prepare = (): Promise<void> => Promise.resolve()
      return Promise.resolve({ run, prepare, explainLast, settings: known, close: () => Promise.resolve() } as unknown as RemoteSession)
    }
    const lacksSlots = (needed: number): Promise<boolean> => Promise.resolve(needed > this.freeSlots)
    const checkSlots = (needed: number): Promise<void> =>
      needed > this.freeSlots ? Promise.reject(new TypeError(`${needed} of ${this.freeSlots}`)) : Promise.resolve()
    const manager = { list, cancel, lacksSlots, checkSlots } as unknown as FlinkJobs
    return new RemoteJobs({
      manager,
      jars: this.#jars(),
      openSession: open,
      share: () => Promise.reject(new TypeError('none is shared')),
      clock: systemClock,
    })
  }
}

describe('a job is started', () => {
  test('in its first life, and found there again', async () => {
    const cluster = new PretendedCluster()
    expect(await cluster.jobs.start(start)).toEqual({ id: lives[0], isAttached: false })
    expect(await cluster.jobs.start(start)).toEqual({ id: lives[0], isAttached: true })
  })

  test('in its next life when it has ended', async () => {
    const cluster = new PretendedCluster()
    cluster.put(lives[0], 'FINISHED')
    cluster.put(lives[1], 'FAILED')
    expect(await cluster.jobs.start(start)).toEqual({ id: lives[2], isAttached: false })
  })

  test('from a savepoint that has state of another job, which is told', async () => {
    const cluster = new PretendedCluster()
    const operator = '90bea66de1c231edf33913ecd54406c1'
    cluster.beforeSubmit = () => {
      const message = `the SQL gateway refused: Failed to rollback to checkpoint/savepoint file:/s. Cannot map checkpoint/savepoint state for operator ${operator} to the new program`
      throw new MillraceError('ENGINE_FLINK_REFUSED', { blame: 'user', message }, {})
    }
    const refused = cluster.jobs.start({ ...start, from: 'file:/s' })
    await expect(refused).rejects.toMatchObject({
      code: 'QUERY_JOB_STATE_DROPPED',
      message: expect.stringContaining(`"file:/s" has state of operator ${operator}`),
    })
  })

  test('in its next life when the cluster lists the last one no more, and still refuses its id', async () => {
    const cluster = new PretendedCluster()
    cluster.had.add(lives[0])
    expect(await cluster.jobs.start(start)).toEqual({ id: lives[1], isAttached: false })
  })

  test('by somebody else in between, and found', async () => {
    const cluster = new PretendedCluster()
    cluster.beforeSubmit = () => cluster.put(lives[0], 'CREATED')
    expect(await cluster.jobs.start(start)).toEqual({ id: lives[0], isAttached: true })
  })

  test('under another id, and cancelled', async () => {
    const cluster = new PretendedCluster()
    cluster.otherId = 'abc'
    await expect(cluster.jobs.start(start)).rejects.toMatchObject({ code: 'QUERY_JOB_ID' })
    expect(cluster.cancelled).toEqual(['abc'])
  })
})

describe('the job of a JAR', () => {
  const program = { mainClass: 'a.Main', arguments: ['x'], parallelism: 2, from: 'file:/s', claimMode: 'CLAIM', allowsDroppedState: true }
  const jar = { hash: 'abc', bytes: 0, read: () => Readable.from([]) }
  const libraries = ['file:///b.jar', 'file:///c.jar']
  const jarStart = { name: 'sums', ...program, jar, libraries, settings: { 'a.b': 'c' } }

  test('is started once, and found by the name that it was given', async () => {
    const cluster = new PretendedCluster()
    expect(await cluster.jobs.startJar(jarStart)).toEqual({ id: lives[0], isAttached: false })
    expect(await cluster.jobs.startJar(jarStart)).toEqual({ id: lives[0], isAttached: true })
    const settings = { 'a.b': 'c', 'pipeline.classpaths': 'file:///b.jar;file:///c.jar', 'pipeline.name': 'sums' }
    expect(cluster.jarCalls).toEqual([['kept-abc', { ...program, settings }]])
    expect(await cluster.jobs.find('sums')).toMatchObject({ id: lives[0], name: 'a name of its own' })
    await expect(cluster.jobs.find('other')).rejects.toMatchObject({ code: 'QUERY_JOB_NOT_FOUND' })
  })

  test('is started in its next life, and attached to where somebody else was faster', async () => {
    const cluster = new PretendedCluster()
    cluster.had.add(lives[0])
    expect(await cluster.jobs.startJar(jarStart)).toEqual({ id: lives[1], isAttached: false })
    const other = new PretendedCluster()
    other.beforeSubmit = () => other.put(lives[0], 'CREATED')
    expect(await other.jobs.startJar(jarStart)).toEqual({ id: lives[0], isAttached: true })
  })

  test('is cancelled where it got another id', async () => {
    const cluster = new PretendedCluster()
    cluster.otherId = 'abc'
    await expect(cluster.jobs.startJar(jarStart)).rejects.toMatchObject({ code: 'QUERY_JOB_ID' })
    expect(cluster.cancelled).toEqual(['abc'])
  })
})

describe('slots of a job that is started', () => {
  const wide = { ...start, text: "SET 'parallelism.default' = '4'; INSERT INTO a VALUES (1);" }

  test('are those of its plan, which is made only where they may not suffice', async () => {
    const cluster = new PretendedCluster()
    cluster.freeSlots = 4
    await cluster.jobs.start(wide)
    expect(cluster.planned).toBe(0)
  })

  test('are more than there are: nothing is submitted', async () => {
    const cluster = new PretendedCluster()
    cluster.freeSlots = 3
    await expect(cluster.jobs.start(wide)).rejects.toThrow('4 of 3')
    expect([cluster.planned, cluster.had.size]).toEqual([1, 0])
  })

  test('are not known of a batch, whose tasks take them one after another', async () => {
    const cluster = new PretendedCluster()
    cluster.freeSlots = 3
    cluster.mode = 'BATCH'
    expect(await cluster.jobs.start(wide)).toMatchObject({ isAttached: false })
  })
})
