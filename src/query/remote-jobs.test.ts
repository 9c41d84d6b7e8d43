import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { type FlinkJob, type FlinkJobs, jobIdOf, noEdits } from '#engines'
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
}
const lives = [1, 2, 3].map((life) => jobIdOf('sums', life)) as [string, string, string]

/** A cluster in memory that refuses the ids of jobs which it has had, also where it lists them no more. */
class PretendedCluster {
  readonly listed = new Map<string, FlinkJob>()
  readonly had = new Set<string>()
  readonly cancelled: string[] = []
  /** The id that the next job gets, in the place of the one that was asked for. */
  otherId: string | null = null
  /** Comes between the look and the submission. */
  beforeSubmit = (): void => undefined

  put(id: string, state: string): void {
    this.had.add(id)
    this.listed.set(id, { id, name: 'sums', state, startedAt: 0, durationMs: 0, tasks: { running: 0, total: 0 } })
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
      return Promise.resolve({ run, settings: { get: () => '' }, close: () => Promise.resolve() } as unknown as RemoteSession)
    }
    return new RemoteJobs({ list, cancel, lacksSlots: () => Promise.resolve(false) } as unknown as FlinkJobs, open)
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
