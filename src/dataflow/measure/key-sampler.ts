/**
 * Finds the heaviest keys among the rows of an operator. Few rows are looked at: at first all, then one of two, and so on to one of some
 * thousand; each stands for those between it and the next, whose number varies, so that rows that come in turns are met all the same.
 *
 * What is kept follows Space-Saving (Metwally, Agrawal, El Abbadi 2005), which keeps so many keys at most: the lightest go, and one that
 * comes again later begins with the weight that it may have had, which is its error. Here the lighter half goes at once.
 */
import { type Batch, type DataType, printValue, type Vector, valueAt } from '#data'
import type { KeySample, KeyShare } from '#metrics'

/** The key of the rows of one input. */
export interface SampledInput {
  readonly types: readonly DataType[]
  readonly places: readonly number[]
  readonly names: readonly string[]
}

interface Kept {
  /** By part of the key. */
  readonly values: readonly unknown[]
  readonly input: SampledInput
  weight: number
  error: number
}

const keysMax = 128
/** So many rows are looked at before the next ones stand for twice as many. */
const samplesAGap = 64
const gapMax = 8192
/** Rows from which on what is older counts half. */
const rowsKept = 16_777_216
const keysShown = 5
/** Longer values are cut. */
const textMax = 100

export class KeySampler {
  readonly #inputs: readonly SampledInput[]
  readonly #timeZone: string
  readonly #kept = new Map<unknown, Kept>()
  #rows = 0
  /** The most weight that a key may have that is not kept. */
  #dropped = 0
  #samples = 0
  #gap = 1
  /** Rows to pass over before the next one that is looked at. */
  #skip = 0
  #seed = 1

  constructor(inputs: readonly SampledInput[], timeZone: string) {
    this.#inputs = inputs
    this.#timeZone = timeZone
  }

  take(input: number, batch: Batch): void {
    let row = this.#skip
    while (row < batch.length) {
      this.#look(input, batch, row)
      row += this.#step()
    }
    this.#skip = row - batch.length
  }

  /** How far it is to the next row: as many as a row stands for, on average. */
  #step(): number {
    this.#samples += 1
    if (this.#samples % samplesAGap === 0 && this.#gap < gapMax) this.#gap *= 2
    if (this.#gap === 1) return 1
    // Numbers that look like chance, and are the same in each run.
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0
    return 1 + Math.floor((this.#seed / 4_294_967_296) * (2 * this.#gap - 1))
  }

  #look(at: number, batch: Batch, row: number): void {
    const input = this.#inputs[at]
    if (input === undefined) return
    const { types, places, names } = input
    const values: unknown[] = []
    for (let part = 0; part < names.length; part++) {
      values.push(valueAt(batch.columns[places[part] as number] as Vector, row, types[part] as DataType))
    }
    this.#add(this.#nameOf(values, types), values, input)
  }

  /** The same for equal keys. */
  #nameOf(values: readonly unknown[], types: readonly DataType[]): unknown {
    const [value] = values
    if (values.length === 1 && (typeof value !== 'object' || value === null)) return value
    let name = ''
    for (let part = 0; part < values.length; part++) {
      const each = values[part]
      if (typeof each === 'string') name += each
      else if (typeof each === 'number') name += String(each)
      else name += printValue(each, types[part] as DataType, this.#timeZone)
      name += '\u0000'
    }
    return name
  }

  #add(name: unknown, values: readonly unknown[], input: SampledInput): void {
    const weight = this.#gap
    this.#rows += weight
    const known = this.#kept.get(name)
    if (known !== undefined) known.weight += weight
    else {
      if (this.#kept.size === keysMax) this.#drop()
      this.#kept.set(name, { values, input, weight: this.#dropped + weight, error: this.#dropped })
    }
    if (this.#rows > rowsKept) this.#fade()
  }

  /** Lets the lighter half go. */
  #drop(): void {
    const heaviest = [...this.#kept].sort(([, a], [, b]) => b.weight - a.weight)
    this.#dropped = heaviest[keysMax / 2]?.[1].weight ?? 0
    this.#kept.clear()
    for (const [name, kept] of heaviest.slice(0, keysMax / 2)) this.#kept.set(name, kept)
  }

  #fade(): void {
    this.#rows /= 2
    this.#dropped /= 2
    for (const kept of this.#kept.values()) {
      kept.weight /= 2
      kept.error /= 2
    }
  }

  sample(): KeySample {
    const rows = this.#rows
    const heaviest = [...this.#kept.values()].sort((a, b) => b.weight - b.error - (a.weight - a.error)).slice(0, keysShown)
    const keys = heaviest.map((kept): KeyShare => ({ key: this.#printed(kept), share: kept.weight / rows, error: kept.error / rows }))
    return { rows, sampledRows: this.#samples, keys }
  }

  #printed({ values, input: { names, types } }: Kept): Readonly<Record<string, string>> {
    const texts = values.map((value, part) => printValue(value, types[part] as DataType, this.#timeZone).slice(0, textMax))
    return Object.fromEntries(names.map((name, part) => [name, texts[part] ?? '']))
  }
}
