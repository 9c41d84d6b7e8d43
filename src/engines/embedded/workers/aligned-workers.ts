/** How far the workers of a run are in event time, by group of aligned sources: what the leader tells each of them of the others. */
import { watermarkEnd, watermarkNone } from '#data'

export class AlignedWorkers {
  readonly #marks: Record<string, number>[]

  constructor(workers: number) {
    this.#marks = Array.from({ length: workers }, () => ({}))
  }

  /** A worker tells how far it is in some groups. */
  note(worker: number, marks: Readonly<Record<string, number>>): void {
    Object.assign(this.#marks[worker] ?? {}, marks)
  }

  /** How far all the others are. Whoever has not told may be anywhere. */
  besides(worker: number): Record<string, number> {
    const groups = new Set(this.#marks.flatMap((marks) => Object.keys(marks)))
    const others = this.#marks.filter((_, index) => index !== worker)
    return Object.fromEntries(
      Array.from(groups, (group) => [group, Math.min(watermarkEnd, ...others.map((marks) => marks[group] ?? watermarkNone))]),
    )
  }
}
