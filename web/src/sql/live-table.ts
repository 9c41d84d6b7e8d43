/**
 * The rows of an answer as its changes come. Rows that are only added are kept as a window over the newest; where rows change, each is
 * found by its content, for nothing says which columns are its key: a -U frees the place that the +U after it takes.
 *
 * Bound: `rowsMax` rows, of which the oldest go first; a change to a row that has gone is counted, not shown.
 */

export type Op = '+I' | '-U' | '+U' | '-D'

export interface Change {
  readonly op: Op
  readonly values: readonly unknown[]
}

export interface Column {
  readonly name: string
  readonly type: string
}

/** By what rows stand in order: the columns of ORDER BY, the first one first. */
export interface Order {
  readonly column: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface LiveRow {
  readonly id: number
  values: readonly unknown[]
  /** What it was before its last change. */
  before: readonly unknown[] | undefined
  changedAt: number
  isGone: boolean
}

export interface LoggedChange extends Change {
  readonly sequence: number
}

const loggedMax = 2000

export class LiveTable {
  readonly columns: readonly Column[]
  readonly isUpdating: boolean
  rows: readonly LiveRow[] = []
  /** The newest changes, oldest first. */
  log: readonly LoggedChange[] = []
  changeCount = 0
  /** Rows that went because there were too many. */
  droppedCount = 0
  private readonly order: readonly Order[]
  private readonly rowsMax: number
  private readonly byContent = new Map<string, LiveRow[]>()
  private freed: LiveRow[] = []
  private nextId = 0

  constructor(columns: readonly Column[], isUpdating: boolean, order: readonly Order[] = [], rowsMax = 10_000) {
    this.columns = columns
    this.isUpdating = isUpdating
    this.order = order
    this.rowsMax = rowsMax
  }

  apply(changes: readonly Change[], now: number): void {
    const late = this.freed
    this.freed = []
    const added: LiveRow[] = []
    for (const change of changes) this.applyOne(change, now, added, late)
    // Places that were freed one call ago and not taken since are gone.
    for (const row of late) row.isGone = true
    this.keep(added)
    this.remember(changes)
  }

  /** Counts rows that went before this table was there. */
  countDropped(count: number): void {
    this.droppedCount += Math.max(0, count)
  }

  /** Rows that were freed and not taken when the answer ends were taken back. */
  close(): void {
    for (const row of this.freed) row.isGone = true
    this.freed = []
    this.keep([])
  }

  private applyOne(change: Change, now: number, added: LiveRow[], late: LiveRow[]): void {
    if (!this.isUpdating) {
      added.push(this.make(change.values, now))
      return
    }
    const key = JSON.stringify(change.values)
    if (change.op === '-U' || change.op === '-D') {
      const row = this.takeOut(key)
      if (row === undefined) return
      if (change.op === '-D') row.isGone = true
      else this.freed.push(row)
      return
    }
    const place = change.op === '+U' ? (late.shift() ?? this.freed.shift()) : undefined
    const row = place ?? this.make(change.values, now)
    if (place === undefined) added.push(row)
    else {
      row.before = row.values
      row.values = change.values
      row.changedAt = now
    }
    const same = this.byContent.get(key)
    if (same === undefined) this.byContent.set(key, [row])
    else same.push(row)
  }

  private make(values: readonly unknown[], now: number): LiveRow {
    return { id: this.nextId++, values, before: undefined, changedAt: now, isGone: false }
  }

  private takeOut(key: string): LiveRow | undefined {
    const same = this.byContent.get(key)
    const row = same?.pop()
    if (same?.length === 0) this.byContent.delete(key)
    return row
  }

  private keep(added: readonly LiveRow[]): void {
    const all = this.isUpdating ? [...this.rows, ...added].filter(({ isGone }) => !isGone) : [...this.rows, ...added]
    const spare = all.length - this.rowsMax
    if (spare > 0) {
      this.droppedCount += spare
      if (this.isUpdating) for (const row of all.slice(0, spare)) this.forget(row)
    }
    const kept = spare > 0 ? all.slice(spare) : all
    this.rows = this.isUpdating && this.order.length > 0 ? kept.toSorted((a, b) => compareRows(a.values, b.values, this.order)) : kept
  }

  private forget(row: LiveRow): void {
    row.isGone = true
    const key = JSON.stringify(row.values)
    const same = this.byContent.get(key)
    const rest = same?.filter((each) => each !== row) ?? []
    if (rest.length > 0) this.byContent.set(key, rest)
    else this.byContent.delete(key)
  }

  private remember(changes: readonly Change[]): void {
    const from = Math.max(0, changes.length - loggedMax)
    const newest = changes.slice(from).map((change, index) => ({ ...change, sequence: this.changeCount + from + index + 1 }))
    this.changeCount += changes.length
    this.log = [...this.log, ...newest].slice(-loggedMax)
  }
}

function compareRows(a: readonly unknown[], b: readonly unknown[], order: readonly Order[]): number {
  for (const { column, descending, nullsFirst } of order) {
    const [left, right] = [a[column] ?? null, b[column] ?? null]
    if (left === null || right === null) {
      if (left !== right) return (left === null) === nullsFirst ? -1 : 1
      continue
    }
    const compared = compareValues(left, right)
    if (compared !== 0) return descending ? -compared : compared
  }
  return 0
}

/** Numbers that JSON cannot hold are texts: two of them are compared as numbers, as far as doubles tell them apart. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [String(a), String(b)]
  const numbers = numberPattern.test(left) && numberPattern.test(right) ? Number(left) - Number(right) : 0
  if (numbers !== 0) return numbers
  return left < right ? -1 : left > right ? 1 : 0
}

const numberPattern = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
