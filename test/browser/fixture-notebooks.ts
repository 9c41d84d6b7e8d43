/** Made-up notebooks: they are changed, keep their versions, and are changed by somebody else when a test says so. */

import { FixtureRuns } from './fixture-runs.ts'

interface Spec {
  title: string
  folder: string
  tags: string[]
  variables: Record<string, string>
  cells: { id: string; kind: string; text: string; [part: string]: unknown }[]
}

interface Saved {
  readonly version: number
  readonly at: number
  readonly by: string
  readonly spec: Spec
}

const madeAt = Date.now() - 3_600_000

const markdown = `# Flights <script>alert('text')</script>

Delays *per city*, see [the guide](https://example.org/) and [not this](javascript:alert(1)).

<img src=x onerror=alert(2)>

| city | delay |
|------|------:|
| Oslo | 12 |
`

function sql(id: string, text: string, view = 'table') {
  return { id, kind: 'sql', text, view, chart: null }
}

function firstSpec(): Spec {
  return {
    title: "Flights <b onclick=alert('title')>today</b>",
    folder: 'sales/daily',
    tags: ['live', '<i>tag</i>'],
    variables: { city: 'Oslo' },
    cells: [
      { id: 'intro', kind: 'markdown', text: markdown },
      sql('table', "CREATE TEMPORARY TABLE orders (id BIGINT) WITH ('connector' = 'datagen')"),
      sql('rows', 'SELECT * FROM orders'),
      sql('broken', 'SELECT *\nFROM nowhere'),
      sql('totals', 'SELECT city, COUNT(*) FROM orders GROUP BY city', 'chart'),
    ],
  }
}

const keptOutput = {
  text: 'SELECT * FROM orders',
  variables: {},
  outcome: 'cancelled',
  startedAt: madeAt,
  endedAt: madeAt + 4200,
  columns: [
    { name: 'id', type: 'BIGINT' },
    { name: '<u>city</u>', type: 'STRING' },
  ],
  rows: [
    [1, 'Oslo'],
    [2, '<img src=x onerror=alert(3)>'],
  ],
  rowCount: 4711,
  updating: false,
  messages: [],
  failures: [],
}

export class FixtureNotebooks {
  readonly runs = new FixtureRuns((id, cell, output) => void this.#outputs.get(id)?.set(cell, { cell, at: Date.now(), by: 'ada', output }))
  readonly #versions = new Map<string, Saved[]>()
  readonly #outputs = new Map<string, Map<string, { cell: string; at: number; by: string; output: unknown }>>()

  constructor() {
    for (let number = 1; number <= 40; number++) {
      const spec = firstSpec()
      if (number > 1) spec.title = `Notebook ${number}`
      this.#versions.set(`n${number}`, [{ version: 1, at: madeAt - number * 7_000_000, by: number % 2 === 0 ? 'grace' : 'ada', spec }])
      this.#outputs.set(`n${number}`, new Map([['rows', { cell: 'rows', at: madeAt, by: 'grace', output: keptOutput }]]))
    }
  }

  /** Somebody else saves a notebook. */
  changeElsewhere(id: string, edit: (spec: Spec) => void): void {
    const spec = structuredClone(this.#newest(id).spec)
    edit(spec)
    this.#save(id, spec, 'grace')
  }

  versionsOf(id: string): readonly Saved[] {
    return this.#versions.get(id) ?? []
  }

  /** The status and the body of an answer; nothing for what is no route of notebooks. */
  answer(route: string, query: URLSearchParams, body: Record<string, unknown>): readonly [status: number, body: unknown] | undefined {
    const [, method = '', id = '', part = '', rest = ''] = /^(\w+) \/notebooks(?:\/(\w+))?(?:\/(\w+))?(?:\/(\w+))?$/.exec(route) ?? []
    if (method === '') return undefined
    if (route === 'POST /notebooks/fill') return [200, fill(String(body['text']), body['variables'] as Record<string, string>)]
    if (id === '') return method === 'GET' ? [200, this.#list(query)] : [200, this.#create(body as unknown as Spec)]
    if (!this.#versions.has(id)) return [404, failure('NOTEBOOK_NOT_FOUND', `notebook "${id}" does not exist in this workspace`)]
    if (part === '') return this.#whole(method, id, body)
    if (part === 'versions')
      return rest === '' ? [200, this.#lines(id)] : [200, this.versionsOf(id).find(({ version }) => version === Number(rest))]
    if (part === 'runs') {
      if (method === 'PUT') return [200, this.runs.begin(id, rest, body as unknown as Parameters<FixtureRuns['begin']>[2])]
      this.runs.stop(rest)
      return [204, null]
    }
    if (method === 'DELETE') this.#outputs.set(id, new Map())
    return [204, null]
  }

  #whole(method: string, id: string, body: Record<string, unknown>): readonly [number, unknown] {
    if (method === 'GET') return [200, { ...this.#written(id), outputs: [...(this.#outputs.get(id)?.values() ?? [])] }]
    if (method === 'DELETE') {
      this.#versions.delete(id)
      return [204, null]
    }
    if (this.#newest(id).version !== body['expectedVersion']) return [409, failure('NOTEBOOK_VERSION_CHANGED', 'the notebook has changed')]
    this.#save(id, body['spec'] as Spec, 'ada')
    return [200, this.#written(id)]
  }

  #create(spec: Spec): unknown {
    const id = `made${this.#versions.size}`
    this.#outputs.set(id, new Map())
    this.#save(id, spec, 'ada')
    return this.#written(id)
  }

  #save(id: string, spec: Spec, by: string): void {
    const before = this.#versions.get(id) ?? []
    this.#versions.set(id, [...before, { version: before.length + 1, at: Date.now(), by, spec }])
  }

  #newest(id: string): Saved {
    const found = this.versionsOf(id).at(-1)
    if (found === undefined) throw new RangeError(`there is no notebook ${id}`)
    return found
  }

  #written(id: string) {
    const { version, at, by, spec } = this.#newest(id)
    return { id, version, changedAt: at, changedBy: by, spec }
  }

  #lines(id: string): unknown {
    const items = this.versionsOf(id).map(({ version, at, by, spec }) => ({ version, at, by, title: spec.title, cells: spec.cells.length }))
    return { items: items.toReversed(), next: null, total: null }
  }

  #list(query: URLSearchParams): unknown {
    const search = (query.get('search') ?? '').toLowerCase()
    const items = [...this.#versions.keys()]
      .map((id) => this.#written(id))
      .filter(({ spec }) => spec.title.toLowerCase().includes(search))
      .map(({ spec, ...written }) => {
        const { title, folder, tags, cells } = spec
        return { ...written, title, folder, tags, cells: cells.length, excerpt: cells[0]?.text.slice(0, 200) ?? '' }
      })
    return { items, next: null, total: items.length }
  }
}

function failure(code: string, message: string): unknown {
  return { error: { code, blame: 'user', message, detail: null, hint: null, position: null, causes: [] } }
}

/** As the real one does it for texts without quotes in their values. */
function fill(text: string, variables: Record<string, string>): unknown {
  let filled = ''
  let copied = 0
  const places: unknown[] = []
  for (const match of text.matchAll(/\$\{(\w+)\}/g)) {
    filled += text.slice(copied, match.index)
    copied = match.index + match[0].length
    const start = filled.length
    filled += variables[match[1] ?? ''] ?? ''
    places.push({ start, end: filled.length, scriptStart: match.index, scriptEnd: copied })
  }
  return { text: filled + text.slice(copied), places }
}
