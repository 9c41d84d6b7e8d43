/**
 * Where the data of each workspace comes from and goes to, read from the scripts of its jobs and from its views. What a script uses is
 * found once for each of its versions, and again when the catalog has changed; meanwhile what was found before is told.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LineageAnswer } from '#api'
import { MillraceError } from '#base'
import { entryIdOf, type Flow, flowsAround, type WorkspaceCatalogs } from '#catalog'
import { fillVariables, type Jobs, type JobView } from '#jobs'
import type { WorkspaceSessions } from '#processes'
import type { ScriptUses, UsedObject } from '#query'

interface LineageParts {
  readonly jobs: Jobs
  readonly catalogs: WorkspaceCatalogs
  readonly sessions: WorkspaceSessions
}

/** What a script or a view uses, as it was found. */
interface Reading {
  readonly version: number
  /** Of the catalog. */
  readonly revision: number
  /** Null where the text does not fit what is there. */
  readonly uses: ScriptUses | null
}

interface Reader {
  readonly id: string
  readonly version: number
  readonly text: () => Promise<string>
}

interface WorkspaceBook {
  readings: Map<string, Reading>
  /** While texts are read: all who ask wait for the same. */
  reading: Promise<void> | null
}

/** So long who asks waits for texts to be read; what is not read by then is told of as missing. */
const patienceMs = 3000
const pageMax = 1000
const depthMax = 10
const nodesMax = 300

type Node = LineageAnswer['nodes'][number]

export class LineageBook {
  readonly #parts: LineageParts
  readonly #books = new Map<string, WorkspaceBook>()

  constructor(parts: LineageParts) {
    this.#parts = parts
  }

  /** What leads to a thing of the catalog, or a job, and what it leads to. */
  async around(workspace: string, object: string, bounds: { readonly depth: number; readonly most: number }): Promise<LineageAnswer> {
    const jobs = this.#jobsIn(workspace)
    const start = this.#startAt(workspace, object)
    const book = this.#books.get(workspace) ?? { readings: new Map(), reading: null }
    this.#books.set(workspace, book)
    const readers = [...jobs.map((job) => this.#jobReader(workspace, job)), ...this.#viewReaders(workspace)]
    await this.#readAll(workspace, book, readers)
    const nodes = new Map<string, Omit<Node, 'distance' | 'hasMore'>>([[start.id, start]])
    const flows: Flow[] = []
    for (const job of jobs) this.#addFlows(workspace, jobNode(job), book, { nodes, flows })
    for (const entry of this.#views(workspace)) this.#addFlows(workspace, nodeOfEntry(entry), book, { nodes, flows })
    const around = flowsAround(start.id, flows, { depth: Math.min(depthMax, bounds.depth), most: Math.min(nodesMax, bounds.most) })
    const shown = [...around.distances].flatMap(([id, distance]): Node[] => {
      const node = nodes.get(id)
      return node === undefined ? [] : [{ ...node, distance, hasMore: around.cut.has(id) }]
    })
    const readings = readers.map(({ id }) => book.readings.get(id))
    return {
      nodes: shown,
      flows: around.flows.map(({ from, to }) => ({ from, to })),
      pending: readings.filter((reading) => reading === undefined).length,
      unreadable: readings.filter((reading) => reading?.uses === null).length,
    }
  }

  #jobsIn(workspace: string): readonly JobView[] {
    const all: JobView[] = []
    for (let after: string | undefined; ; ) {
      const { items, next } = this.#parts.jobs.of(workspace).list({ after, limit: pageMax })
      all.push(...items)
      if (next === null) return all
      after = next
    }
  }

  #views(workspace: string) {
    return this.#parts.catalogs.entries(workspace).filter(({ value }) => value.object.kind === 'view')
  }

  #startAt(workspace: string, object: string): Omit<Node, 'distance' | 'hasMore'> {
    if (object.startsWith(jobPrefix)) return jobNode(this.#parts.jobs.of(workspace).view(object.slice(jobPrefix.length)))
    return nodeOfEntry(this.#parts.catalogs.find(workspace, object))
  }

  #jobReader(workspace: string, { card }: JobView): Reader {
    const text = async (): Promise<string> => {
      const { spec } = await this.#parts.jobs.of(workspace).get(card.id)
      return fillVariables(spec.program.text, spec.variables)
    }
    return { id: jobPrefix + card.id, version: card.version, text }
  }

  #viewReaders(workspace: string): Reader[] {
    return this.#views(workspace).map(({ id, version, value }) => ({ id, version, text: async () => value.text }))
  }

  async #readAll(workspace: string, book: WorkspaceBook, readers: readonly Reader[]): Promise<void> {
    const revision = this.#parts.catalogs.revision(workspace)
    const known = new Set(readers.map(({ id }) => id))
    for (const id of book.readings.keys()) if (!known.has(id)) book.readings.delete(id)
    const stale = readers.filter(({ id, version }) => {
      const reading = book.readings.get(id)
      return reading === undefined || reading.version !== version || reading.revision !== revision
    })
    if (stale.length === 0) return
    book.reading ??= this.#readStale(workspace, book, { stale, revision }).finally(() => {
      book.reading = null
    })
    const stopping = new AbortController()
    const tired = sleep(patienceMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    await Promise.race([book.reading, tired])
    stopping.abort()
  }

  async #readStale(
    workspace: string,
    book: WorkspaceBook,
    { stale, revision }: { readonly stale: readonly Reader[]; readonly revision: number },
  ): Promise<void> {
    for (const { id, version, text } of stale) {
      const uses = await this.#usesOf(workspace, text)
      if (uses !== undefined) book.readings.set(id, { version, revision, uses })
    }
  }

  /** Null where the text is wrong; undefined where nobody could read it now. */
  async #usesOf(workspace: string, text: () => Promise<string>): Promise<ScriptUses | null | undefined> {
    try {
      return await this.#parts.sessions.of(workspace).uses(await text())
    } catch (error) {
      return error instanceof MillraceError && error.blame === 'user' ? null : undefined
    }
  }

  #addFlows(
    workspace: string,
    reader: Omit<Node, 'distance' | 'hasMore'>,
    { readings }: WorkspaceBook,
    { nodes, flows }: { readonly nodes: Map<string, Omit<Node, 'distance' | 'hasMore'>>; readonly flows: Flow[] },
  ): void {
    const uses = readings.get(reader.id)?.uses
    if (uses === undefined || uses === null) return
    nodes.set(reader.id, reader)
    const add = (used: UsedObject): string => {
      const node = this.#nodeOf(workspace, used, reader)
      if (!nodes.has(node.id)) nodes.set(node.id, node)
      return node.id
    }
    for (const used of uses.reads) flows.push({ from: add(used), to: reader.id })
    for (const used of uses.writes) flows.push({ from: reader.id, to: add(used) })
  }

  /** What only a script knows is another thing for each script. */
  #nodeOf(workspace: string, { kind, path, isOwn, connector }: UsedObject, reader: { readonly id: string }) {
    const id = entryIdOf({ kind, path })
    const isKept = !isOwn && this.#parts.catalogs.has(workspace, id)
    return { id: isKept ? id : `${reader.id} ${id}`, kind, path: [...path], entry: isKept ? id : null, job: null, state: null, connector }
  }
}

const jobPrefix = 'job:'

function jobNode({ card, status }: JobView): Omit<Node, 'distance' | 'hasMore'> {
  const { id, name } = card
  return { id: jobPrefix + id, kind: 'job', path: [name], entry: null, job: id, state: status.state, connector: null }
}

function nodeOfEntry({ id, value }: ReturnType<WorkspaceCatalogs['find']>): Omit<Node, 'distance' | 'hasMore'> {
  const { object, connector } = value
  return { id, kind: object.kind, path: [...object.path], entry: id, job: null, state: null, connector }
}
