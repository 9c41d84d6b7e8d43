/**
 * The rows of an answer as they are now. Where rows are only added, the newest pages are kept as they came. Where rows change, each is found
 * by its content, as pages find them: a -U frees the place that the +U after it takes.
 *
 * Bound: `rowsMax` rows and `charactersMax` of them; the oldest go first, and changes to those pass by.
 */
import type { TextEvent } from '#processes'

type Opened = Extract<TextEvent, { kind: 'opened' }>

export interface TableShape extends Pick<Opened, 'columns' | 'updating' | 'order'> {
  /** The statement that answers, as far as it is shown. */
  readonly statement: string
}

interface Change {
  readonly op: '+I' | '-U' | '+U' | '-D'
  readonly values: readonly unknown[]
}

interface Page {
  /** Changes, with commas between them. */
  readonly json: string
  readonly rows: number
}

/** As many as a page shows. */
const rowsMax = 10_000
const charactersMax = 1_000_000

export class KeptTable {
  readonly shape: TableShape
  /** With those whose new values are still to come. */
  #rowCount = 0
  #characters = 0
  #pages: Page[] = []
  /** By the place of each row: its values as JSON. */
  readonly #rows = new Map<number, string>()
  /** By their values: the places of rows. */
  readonly #places = new Map<string, number[]>()
  #freed: number[] = []
  #nextPlace = 0

  constructor(shape: TableShape) {
    this.shape = shape
  }

  /** How many rows there are, with those that were given up. */
  get rowCount(): number {
    return this.#rowCount - this.#freed.length
  }

  get characters(): number {
    return this.#characters
  }

  /** Takes a page of changes: a list of JSON. */
  apply(json: string, rows: number): void {
    if (this.shape.updating) this.#change(JSON.parse(json) as readonly Change[])
    else this.#append({ json: json.slice(1, -1), rows })
  }

  /** What was freed and not taken is gone. */
  close(): void {
    for (const place of this.#freed) this.#drop(place)
    this.#freed = []
  }

  /** Gives its rows up, for later answers. */
  giveUp(): void {
    this.#pages = []
    this.#rows.clear()
    this.#places.clear()
    this.#freed = []
    this.#characters = 0
  }

  /** All rows that are kept, as a list of changes that makes them: JSON. */
  rowsJson(): string {
    if (!this.shape.updating) return `[${this.#pages.map(({ json }) => json).join(',')}]`
    return `[${this.#present()
      .map((values) => `{"op":"+I","values":${values}}`)
      .join(',')}]`
  }

  /** A row whose new values are still to come is not there: they come as a row of their own to who has not seen the old ones. */
  #present(): string[] {
    const freed = new Set(this.#freed)
    return [...this.#rows].flatMap(([place, values]) => (freed.has(place) ? [] : [values]))
  }

  /** The newest rows, so many at most. */
  lastRows(count: number): (readonly unknown[])[] {
    if (this.shape.updating)
      return this.#present()
        .slice(-count)
        .map((values) => JSON.parse(values) as readonly unknown[])
    const newest: (readonly unknown[])[] = []
    for (const { json } of this.#pages.toReversed()) {
      if (newest.length >= count) break
      newest.unshift(...(JSON.parse(`[${json}]`) as readonly Change[]).map(({ values }) => values))
    }
    return newest.slice(-count)
  }

  #append(page: Page): void {
    this.#rowCount += page.rows
    this.#pages.push(page)
    this.#characters += page.json.length
    let kept = this.#pages.reduce((sum, { rows }) => sum + rows, 0)
    for (let oldest = this.#pages[0]; oldest !== undefined; oldest = this.#pages[0]) {
      if (this.#characters <= charactersMax && kept - oldest.rows < rowsMax) return
      this.#pages.shift()
      this.#characters -= oldest.json.length
      kept -= oldest.rows
    }
  }

  #change(changes: readonly Change[]): void {
    const late = this.#freed
    this.#freed = []
    for (const { op, values } of changes) {
      const json = JSON.stringify(values)
      if (op === '-U' || op === '-D') this.#takeOut(op, json)
      else this.#put(op === '+U' ? (late.shift() ?? this.#freed.shift()) : undefined, json)
    }
    // Places that were freed one page ago and not taken since are gone.
    for (const place of late) this.#drop(place)
    this.#trim()
  }

  #put(freed: number | undefined, json: string): void {
    const place = freed ?? this.#nextPlace++
    if (freed === undefined) this.#rowCount += 1
    this.#characters += json.length - (this.#rows.get(place)?.length ?? 0)
    this.#rows.set(place, json)
    const same = this.#places.get(json)
    if (same === undefined) this.#places.set(json, [place])
    else same.push(place)
  }

  #takeOut(op: '-U' | '-D', json: string): void {
    const same = this.#places.get(json)
    const place = same?.pop()
    if (same?.length === 0) this.#places.delete(json)
    if (place === undefined) return
    if (op === '-U') this.#freed.push(place)
    else this.#drop(place)
  }

  /** The content of the row is not to be found any more. */
  #drop(place: number): void {
    const values = this.#rows.get(place)
    if (values === undefined) return
    this.#characters -= values.length
    this.#rowCount -= 1
    this.#rows.delete(place)
  }

  #trim(): void {
    if (this.#rows.size <= rowsMax && this.#characters <= charactersMax) return
    const freed = new Set(this.#freed)
    for (const [place, json] of this.#rows) {
      if (this.#rows.size <= rowsMax && this.#characters <= charactersMax) return
      this.#rows.delete(place)
      this.#characters -= json.length
      if (freed.has(place)) this.#freed = this.#freed.filter((each) => each !== place)
      else this.#forget(place, json)
    }
  }

  #forget(place: number, json: string): void {
    const rest = (this.#places.get(json) ?? []).filter((each) => each !== place)
    if (rest.length > 0) this.#places.set(json, rest)
    else this.#places.delete(json)
  }
}
