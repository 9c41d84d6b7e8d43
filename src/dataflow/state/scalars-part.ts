/** A few numbers that an operator keeps once, such as its watermark, as a state part of one entry. It is saved every time. */
import { type DataType, doubleType, numbersIn, type Vector } from '#data'
import type { Pages, StatePart, StateRows } from './state-part.ts'

export class ScalarsPart implements StatePart {
  readonly name: string
  readonly types: readonly DataType[]
  readonly keys: readonly number[] = []
  readonly isCommon = true
  readonly pages: Pages = { track: () => undefined, take: () => [0], markPage: () => undefined }
  readonly #scalars: Record<string, number>

  /** The fields of `scalars` are the numbers: saved from there, and set there again. */
  constructor(name: string, scalars: Record<string, number>) {
    this.name = name
    this.types = Object.keys(scalars).map(() => ({ ...doubleType, nullable: false }))
    this.#scalars = scalars
  }

  save(): StateRows {
    const columns = Object.values(this.#scalars).map<Vector>((value) => ({ form: 'numbers', data: Float64Array.of(value), nulls: null }))
    return { length: 1, columns }
  }

  load({ columns }: StateRows): void {
    for (const [place, name] of Object.keys(this.#scalars).entries()) this.#scalars[name] = numbersIn(columns[place] as Vector)[0] as number
  }
}
