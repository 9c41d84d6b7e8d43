/** A page that watches the live cells of a notebook, over connections that a test may cut wherever it likes. */
import type { AnswerOf, Contract } from '#api'
import type { Person } from './person.fixture.ts'

type RunEvent = AnswerOf<Contract['GET /workspaces/:workspace/notebooks/:notebook/runs/events']>
type Card = Extract<RunEvent, { kind: 'whole' }>['card']

interface Seen {
  incarnation: string
  number: number
  card: Card
  failures: readonly { readonly code: string }[]
  updating: boolean
  /** The rows that are there now, as JSON. */
  rows: string[]
  rowCount: number
  wholes: number
}

const key = 'GET /workspaces/:workspace/notebooks/:notebook/runs/events'

export class Watcher {
  readonly runs = new Map<string, Seen>()
  readonly gone: string[] = []
  /** Who asks with the next connection: a server that was started again wants another one. */
  person: Person
  readonly #params: { readonly workspace: string; readonly notebook: string }

  constructor(person: Person, notebook: string, workspace = 'main') {
    this.person = person
    this.#params = { workspace, notebook }
  }

  /** Reads over one connection, which it cuts as soon as `isEnough`; whoever takes long to say so reads slowly. */
  async read(isEnough: () => boolean | Promise<boolean>): Promise<void> {
    if (await isEnough()) return
    const after = [...this.runs].map(([run, { incarnation, number }]) => `${run}:${incarnation}:${number}`).join(',')
    for await (const { data } of this.person.events(key, { params: this.#params, query: after === '' ? {} : { after } })) {
      this.#take(data)
      if (await isEnough()) return
    }
  }

  /** Reads on, over as many connections as it takes. */
  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) await this.read(isEnough).catch(() => undefined)
  }

  #take(event: RunEvent): void {
    if (event.kind === 'gone') {
      this.gone.push(event.run)
      this.runs.delete(event.run)
      return
    }
    if (event.kind === 'whole') this.#takeWhole(event)
    else this.#takePart(event)
  }

  #takePart(event: Exclude<RunEvent, { kind: 'whole' | 'gone' }>): void {
    const seen = this.runs.get(event.run)
    if (seen === undefined) throw new Error(`event ${event.number} of a run that was not told whole`)
    if (event.number !== seen.number + 1) throw new Error(`event ${event.number} came after ${seen.number}`)
    seen.number = event.number
    if (event.kind === 'state') Object.assign(seen, { card: event.card, failures: event.failures })
    if (event.kind === 'opened') Object.assign(seen, { rows: [], rowCount: 0, updating: event.updating })
    if (event.kind === 'changes') for (const change of event.rows) apply(seen, change)
  }

  #takeWhole({ run, incarnation, number, card, failures, results }: Extract<RunEvent, { kind: 'whole' }>): void {
    const last = results.at(-1)
    const rows = last?.rows.map(({ values }) => JSON.stringify(values)) ?? []
    const wholes = (this.runs.get(run)?.wholes ?? 0) + 1
    const updating = last?.updating ?? false
    this.runs.set(run, { incarnation, number, card, failures, rows, rowCount: last?.rowCount ?? 0, updating, wholes })
  }
}

function apply(seen: Seen, { op, values }: { readonly op: string; readonly values: readonly unknown[] }): void {
  const row = JSON.stringify(values)
  if (op === '+I' || op === '+U') {
    seen.rows.push(row)
    seen.rowCount += 1
    return
  }
  const at = seen.rows.indexOf(row)
  if (at < 0) throw new Error(`${op} of a row that is not there: ${row}`)
  seen.rows.splice(at, 1)
  seen.rowCount -= 1
}
