/**
 * Jobs of a workspace, searched, sorted and cut into pages. All of it is in memory, and thousands of jobs are read through in a moment:
 * of those that are found, only as many are kept and sorted as the page shows.
 */
import { jobErrors } from './errors.ts'
import type { JobCard } from './job-card.ts'
import type { JobEvidence, JobState, JobStatus } from './job-status.ts'

export interface JobQuery {
  /** Words, each of which is somewhere in the name, the folder, the tags, the description or the script. */
  readonly search?: string | undefined
  readonly state?: JobState | undefined
  readonly tag?: string | undefined
  /** The folder itself, and those in it. */
  readonly folder?: string | undefined
  readonly owner?: string | undefined
  readonly evidence?: JobEvidence['kind'] | undefined
  readonly sort?: JobSort | undefined
  /** What the page before gave as `next`. */
  readonly after?: string | undefined
  readonly limit: number
}

export type JobSort = 'name' | '-name' | 'changed' | '-changed' | 'state' | '-state'

interface Listed {
  readonly card: JobCard
  readonly status: Pick<JobStatus, 'state' | 'evidence'>
}

export interface JobPage<Item> {
  readonly items: readonly Item[]
  /** Null on the last page. */
  readonly next: string | null
  /** How many were found. */
  readonly total: number
  /** How many jobs of the workspace are in each state, whatever was searched. */
  readonly states: Readonly<Record<JobState, number>>
}

const limitMax = 1000

/** Those who come first need somebody. */
const stateOrder: readonly JobState[] = ['failed', 'backing-off', 'starting', 'stopping', 'running', 'finished', 'stopped']

export function listJobs<Item extends Listed>(jobs: Iterable<Item>, query: JobQuery): JobPage<Item> {
  const fits = filterOf(query)
  const sort = query.sort ?? 'name'
  const states: Record<JobState, number> = { stopped: 0, starting: 0, running: 0, stopping: 0, 'backing-off': 0, finished: 0, failed: 0 }
  const direction = sort.startsWith('-') ? -1 : 1
  const order = (a: Key, b: Key): number => compare(a, b) * direction
  const after = query.after === undefined ? null : readCursor(query.after, sort)
  const limit = Math.max(1, Math.min(limitMax, query.limit))
  const page: Found<Item>[] = []
  let total = 0
  let behind = 0
  for (const item of jobs) {
    states[item.status.state] += 1
    if (!fits(item)) continue
    total += 1
    const key = keyOf(item, sort)
    if (after !== null && order(key, after) <= 0) continue
    behind += 1
    insert(page, { item, key }, order, limit)
  }
  const last = page.at(-1)
  const next = last !== undefined && behind > limit ? writeCursor(last.key, sort) : null
  return { items: page.map(({ item }) => item), next, total, states }
}

interface Found<Item> {
  readonly item: Item
  readonly key: Key
}

/** Puts something into a sorted list that holds so many at most; the last one falls out. */
function insert<Item>(list: Found<Item>[], found: Found<Item>, order: (a: Key, b: Key) => number, lengthMax: number): void {
  const last = list.at(-1)
  if (list.length === lengthMax && last !== undefined && order(found.key, last.key) >= 0) return
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const known = list[middle]
    if (known !== undefined && order(known.key, found.key) < 0) from = middle + 1
    else to = middle
  }
  list.splice(from, 0, found)
  if (list.length > lengthMax) list.pop()
}

function filterOf({ search, state, tag, folder, owner, evidence }: JobQuery): (job: Listed) => boolean {
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 20)
  return ({ card, status }) =>
    (state === undefined || state === status.state) &&
    (evidence === undefined || evidence === status.evidence.kind) &&
    (tag === undefined || card.tags.includes(tag)) &&
    (owner === undefined || owner === card.owner) &&
    (folder === undefined || card.folder === folder || card.folder.startsWith(`${folder}/`)) &&
    words.every((word) => card.searched.includes(word))
}

/** What a list is sorted by; the id of the job makes it one of its own. */
type Key = readonly [first: string | number, name: string, id: string]

function keyOf({ card, status }: Listed, sort: JobSort): Key {
  switch (sort) {
    case 'name':
    case '-name':
      return [card.sortedName, card.name, card.id]
    case 'changed':
    case '-changed':
      return [card.changedAt, card.name, card.id]
    case 'state':
    case '-state':
      return [stateOrder.indexOf(status.state), card.name, card.id]
  }
}

function compare(a: Key, b: Key): number {
  for (const place of [0, 1, 2] as const) {
    const [one, other] = [a[place], b[place]]
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

/** A place in a list, which holds when jobs come and go. */
function writeCursor(key: Key, sort: JobSort): string {
  return encodeURIComponent(JSON.stringify([sort, ...key]))
}

function readCursor(text: string, sort: JobSort): Key {
  try {
    const [found, first, name, id] = JSON.parse(decodeURIComponent(text)) as unknown[]
    const isFirst = typeof first === (sort.endsWith('name') ? 'string' : 'number')
    if (found === sort && isFirst && typeof name === 'string' && typeof id === 'string') return [first as string | number, name, id]
  } catch {
    // It is no cursor, like one of another list.
  }
  throw jobErrors.JOBS_CURSOR({}, {})
}
