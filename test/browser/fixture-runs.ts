/** Made-up runs of cells: what each says is kept, so that a page that comes later is told all of it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FixtureEvent, runText } from './fixture-rows.ts'

interface Order {
  readonly cell: string
  readonly script: { readonly text: string; readonly variables: Record<string, string> }
}

interface Run {
  readonly notebook: string
  readonly order: Order
  readonly card: Record<string, unknown>
  readonly events: string[]
  readonly rows: unknown[]
  columns: unknown
  updating: unknown
  /** Null once it has ended. */
  end: (() => void) | null
}

/** Takes what a run showed when it has ended. */
type KeepOutput = (notebook: string, cell: string, output: unknown) => void

const liveAfterMs = 600
const incarnation = 'fixture'

export class FixtureRuns {
  readonly #runs = new Map<string, Run>()
  readonly #watchers = new Set<() => void>()
  readonly #keep: KeepOutput

  constructor(keep: KeepOutput) {
    this.#keep = keep
  }

  begin(notebook: string, id: string, order: Order): unknown {
    for (const run of this.#runs.values()) if (run.notebook === notebook && run.order.cell === order.cell) run.end?.()
    const { cell, script } = order
    const card = {
      run: id,
      cell,
      by: 'ada',
      state: 'running',
      ...script,
      session: 'one',
      startedAt: Date.now(),
      againAt: null,
      endedAt: null,
    }
    const run: Run = { notebook, order, card, events: [], rows: [], columns: [], updating: false, end: null }
    this.#runs.set(id, run)
    let hasEnded = false
    const live = setTimeout(() => this.#state(id, run, 'live', []), liveAfterMs)
    let failures: unknown = []
    const end = runText(script.text, (event) => {
      if (event.kind === 'failed') failures = event['failures']
      else if (event.kind !== 'ended') this.#say(id, run, event)
      if (event.kind !== 'ended') return
      hasEnded = true
      clearTimeout(live)
      run.end = null
      run.card['endedAt'] = Date.now()
      this.#state(id, run, String(event['outcome']), failures)
      this.#keep(notebook, cell, outputOf(run, failures))
    })
    run.end = hasEnded ? null : end
    return card
  }

  stop(id: string): void {
    this.#runs.get(id)?.end?.()
  }

  stream(notebook: string, after: string, request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(':\n\n')
    const places = new Map(after.split(',').map((place) => [place.split(':')[0] ?? '', Number(place.split(':')[2] ?? 0)]))
    const told = new Map<string, number>()
    for (const [id, run] of this.#runs) if (run.end === null && !places.has(id)) told.set(id, run.events.length)
    const tell = (): void => {
      for (const [id, run] of this.#runs) {
        if (run.notebook !== notebook) continue
        if (!told.has(id) && (places.get(id) ?? 0) === 0) response.write(`data: ${JSON.stringify(wholeOf(id, run))}\n\n`)
        for (const event of run.events.slice(told.get(id) ?? places.get(id) ?? 0)) response.write(`data: ${event}\n\n`)
        told.set(id, run.events.length)
      }
    }
    this.#watchers.add(tell)
    request.on('close', () => this.#watchers.delete(tell))
    tell()
  }

  #state(id: string, run: Run, state: string, failures: unknown): void {
    run.card['state'] = state
    this.#say(id, run, { kind: 'state', card: { ...run.card }, failures })
  }

  #say(run: string, at: Run, event: FixtureEvent): void {
    const shown =
      event.kind === 'started'
        ? { kind: 'started', text: event['statement'] }
        : event.kind === 'progress'
          ? { kind: 'progress', progress: event }
          : event
    if (event.kind === 'opened') Object.assign(at, { columns: event['columns'], updating: event['updating'] })
    if (event.kind === 'changes') at.rows.push(...(event['rows'] as { values: unknown }[]).map(({ values }) => values))
    at.events.push(JSON.stringify({ ...shown, run, number: at.events.length + 1 }))
    for (const tell of this.#watchers) tell()
  }
}

/** What there was before its first event. */
function wholeOf(run: string, { card }: Run): unknown {
  const none = { messages: [], failures: [], progress: null, results: [] }
  return { kind: 'whole', run, number: 0, incarnation, card: { ...card, state: 'running', endedAt: null }, ...none }
}

function outputOf({ order, card, rows, columns, updating }: Run, failures: unknown): unknown {
  const { text, variables } = order.script
  const { state: outcome, startedAt, endedAt } = card
  return {
    text,
    variables,
    outcome,
    startedAt,
    endedAt,
    columns,
    rows: rows.slice(-200),
    rowCount: rows.length,
    updating,
    messages: [],
    failures,
  }
}
