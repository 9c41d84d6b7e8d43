/**
 * Lets durable work of the embedded engine go on as a job of Flink. State is not taken over; what does not need any goes on where it stood,
 * and what can be made again is made again:
 *
 *     no operator keeps anything,  a reader there can begin where ours stood     goes on
 *     every table takes the same rows again, readers there begin where ours did  made again
 *     else                                                                       refused
 */
import { listed } from '#base'
import type { KeptWork, SourceStand, WorkStand } from '#engines'
import { printText, type TablePath } from '#plan'
import { queryErrors } from './errors.ts'
import { quotedPath } from './quoted-path.ts'

/** How a job begins that goes on with the work. */
export interface Succession {
  /** What is said of each table that is read or written. */
  readonly notes: readonly string[]
  /** Statements that come before that of the job: they set where its readers begin. */
  readonly statements: readonly string[]
}

export class HandOver {
  readonly #work: KeptWork

  constructor(work: KeptWork) {
    this.#work = work
  }

  /**
   * Readies the work to go on as a job that is told in words; asked again with the same words, before it is known to have begun, it answers
   * the same. From then on no run goes on with it here. Fails, and leaves it here, where it cannot go on elsewhere.
   */
  async begin(name: string): Promise<Succession> {
    const known = await this.#work.successor()
    if (known !== null && (known.hasBegun || known.name !== name)) throw queryErrors.QUERY_WORK_MOVED({ successor: known.name })
    const succession = successionOf(await this.#work.settle())
    await this.#work.moveTo({ name, hasBegun: false })
    return succession
  }

  /** The job has begun. */
  async complete(name: string): Promise<void> {
    await this.#work.moveTo({ name, hasBegun: true })
  }

  /** The job did not come to be, and never will. */
  async takeBack(): Promise<void> {
    await this.#work.moveTo(null)
  }
}

export function successionOf(stand: WorkStand): Succession {
  const { isFinished, operators, sinks } = stand
  if (isFinished) throw queryErrors.QUERY_WORK_FINISHED()
  const sources = joinedSources(stand.sources)
  const again = sources.filter(({ options }) => operators.length > 0 || options === null)
  if (again.length > 0) refuseUnlessRepeatable(stand, again)
  const isAgain = (source: SourceStand): boolean => again.includes(source)
  return {
    notes: [
      ...sources.map(
        (source) => `${nameOf(source)} ${isAgain(source) ? 'is read again from where it was begun' : 'goes on where it stood'}`,
      ),
      ...(again.length > 0 ? sinks.map(({ table }) => `"${table}" gets rows again, which replace themselves`) : []),
    ],
    statements: sources.flatMap((source) => (isAgain(source) ? [] : [alterTable(source.table, source.options ?? {})])),
  }
}

/** One for each table: one that is read twice goes on only where both readers stood alike. */
function joinedSources(sources: readonly SourceStand[]): SourceStand[] {
  return [...Map.groupBy(sources, ({ table }) => table.join('\0')).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const isAlike = others.every(({ options }) => JSON.stringify(options) === JSON.stringify(first.options))
    return [isAlike ? first : { ...first, options: null }]
  })
}

function refuseUnlessRepeatable({ operators, sinks }: WorkStand, again: readonly SourceStand[]): void {
  const why =
    operators.length > 0
      ? `Flink does not take over what is kept by ${listed([...new Set(operators)])}`
      : `${listed(again.map(nameOf))} can be read there from the beginning only`
  const growing = sinks.flatMap(({ table, isRepeatable }) => (isRepeatable ? [] : [`"${table}"`]))
  if (growing.length > 0) throw queryErrors.QUERY_WORK_APPENDS({ tables: listed(growing) }, { detail: `${why}.` })
  const others = again.filter(({ beginsAlike }) => !beginsAlike)
  if (others.length > 0) throw queryErrors.QUERY_WORK_START_LOST({ tables: listed(others.map(nameOf)) }, { detail: `${why}.` })
}

function nameOf({ table }: SourceStand): string {
  return `"${table[2]}"`
}

function alterTable(table: TablePath, options: Readonly<Record<string, string>>): string {
  const list = Object.entries(options).map(([key, value]) => `${printText(key)} = ${printText(value)}`)
  return `ALTER TABLE ${quotedPath(table)} SET (${list.join(', ')})`
}
