import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardOf } from './job-card.ts'
import { firstStatus, type JobState } from './job-status.ts'
import { type JobQuery, type JobSort, listJobs } from './list-jobs.ts'
import { reasonFor } from './reasons.ts'
import { specOf } from './spec.fixture.ts'

const states: readonly JobState[] = ['stopped', 'running', 'failed']

const program = { kind: 'sql', text: 'INSERT INTO sums SELECT 1' } as const

const jobs = Array.from({ length: 60 }, (_, index) => {
  const name = `${index % 2 === 0 ? 'Orders' : 'clicks'} ${index % 20}`
  const spec = specOf({
    name,
    folder: index % 3 === 0 ? 'sales/daily' : 'salesforce',
    tags: index % 5 === 0 ? ['gold'] : [],
    owner: `o${index % 4}`,
    program,
  })
  const card = cardOf({ workspace: 'w', id: `id${index}`, version: 1, value: spec, writtenAt: index % 7, writtenBy: 'ada' })
  const status = { ...firstStatus(0, reasonFor('never-started')), state: states[index % 3] ?? 'stopped' }
  return { card, status }
})

const idsOf = (query: Partial<JobQuery>): string[] => listJobs(jobs, { limit: 1000, ...query }).items.map(({ card }) => card.id)

describe('jobs are found', () => {
  test.each<[Partial<JobQuery>, number]>([
    [{}, 60],
    [{ search: 'ORDERS' }, 30],
    [{ search: 'clicks gold' }, 6],
    [{ search: 'daily INSERT' }, 20],
    [{ search: 'nothing of it' }, 0],
    [{ state: 'failed' }, 20],
    [{ tag: 'gold' }, 12],
    [{ folder: 'sales' }, 20],
    [{ folder: 'sales/daily' }, 20],
    [{ owner: 'o1' }, 15],
    [{ evidence: 'none' }, 60],
    [{ evidence: 'present' }, 0],
  ])('by %o', (query, count) => {
    const page = listJobs(jobs, { limit: 5, ...query })
    expect([page.total, page.items.length]).toEqual([count, Math.min(5, count)])
    expect(page.states).toMatchObject({ stopped: 20, running: 20, failed: 20, finished: 0 })
  })

  test('those that need somebody first', () => {
    expect(listJobs(jobs, { sort: 'state', limit: 1 }).items[0]?.status.state).toBe('failed')
    expect(listJobs(jobs, { sort: '-state', limit: 1 }).items[0]?.status.state).toBe('stopped')
  })
})

test('pages give each job once, in any order and of any size', () => {
  const sorts: readonly JobSort[] = ['name', '-name', 'changed', '-changed', 'state', '-state']
  fc.assert(
    fc.property(fc.constantFrom(...sorts), fc.integer({ min: 1, max: 70 }), (sort, limit) => {
      const ids: string[] = []
      for (let after: string | undefined; ; ) {
        const page = listJobs(jobs, { sort, limit, after })
        ids.push(...page.items.map(({ card }) => card.id))
        if (page.next === null) break
        after = page.next
      }
      expect(ids).toEqual(idsOf({ sort }))
    }),
    { seed: 1 },
  )
})

test.each(['', '[', '%', '%5B%5D', encodeURIComponent('["name",1,"a","b"]'), encodeURIComponent('["-name","a","b","c"]'), 'null'])(
  'a place that is none is refused: %s',
  (after) => {
    expect(() => idsOf({ after, sort: 'name' })).toThrow('the place to go on from is of another list')
  },
)
