/** Persons. Draws, in order: first and last name; email; credit card; city; state; size and place of extra. */
import type { EventColumns } from './event-columns.ts'
import { firstPersonId, lastPerson } from './event-ids.ts'
import type { NexmarkSettings } from './options.ts'
import { cities, firstNames, lastNames, names, states } from './person-words.ts'
import type { SplittableRandom } from './random.ts'
import { drawExtraLength, extraTextBytes, skipText, writeText } from './text.ts'

const emailName = 7
const emailHost = 5
const cardBytes = 19
const at = 64
const dotCom = [46, 99, 111, 109]
const blank = 32
const digit0 = 48

export class PersonGenerator {
  readonly #settings: NexmarkSettings
  readonly #random: SplittableRandom
  readonly #columns: EventColumns
  readonly #wantsEmail: boolean
  readonly #wantsCard: boolean

  constructor(settings: NexmarkSettings, random: SplittableRandom, columns: EventColumns, wanted: ReadonlySet<string>) {
    this.#settings = settings
    this.#random = random
    this.#columns = columns
    this.#wantsEmail = wanted.has('person.emailAddress')
    this.#wantsCard = wanted.has('person.creditCard')
  }

  next(row: number, epoch: number, offset: number): void {
    const random = this.#random
    const columns = this.#columns
    columns.ids[row] = lastPerson(this.#settings, epoch, offset) + firstPersonId
    const name = random.below(firstNames.length) * lastNames.length + random.below(lastNames.length)
    columns.names[row] = name
    const emailBytes = this.#wantsEmail
      ? this.#writeEmail(row)
      : skipText(random, emailName) + 1 + skipText(random, emailHost) + dotCom.length
    if (this.#wantsCard) this.#writeCard(row)
    else for (let i = 0; i < 4; i++) random.skipBelow(10_000)
    const city = random.below(cities.length)
    columns.cities[row] = city
    const state = random.below(states.length)
    columns.states[row] = state
    const bytes = 8 + names[name]!.length + emailBytes + cardBytes + cities[city]!.length + states[state]!.length
    const length = drawExtraLength(random, bytes, this.#settings.personBytes)
    const start = length < 0 ? 0 : random.below(extraTextBytes - length)
    columns.extraStarts[row] = start
    columns.extraEnds[row] = length < 0 ? 0 : start + length
  }

  #writeEmail(row: number): number {
    const columns = this.#columns
    const { texts } = columns
    const start = columns.textBytes
    let end = writeText(this.#random, emailName, texts, start)
    texts[end++] = at
    end = writeText(this.#random, emailHost, texts, end)
    for (const byte of dotCom) texts[end++] = byte
    columns.firstStarts[row] = start
    columns.firstEnds[row] = end
    columns.textBytes = end
    return end - start
  }

  #writeCard(row: number): void {
    const columns = this.#columns
    const { texts } = columns
    let end = columns.textBytes
    columns.secondStarts[row] = end
    for (let i = 0; i < 4; i++) {
      if (i > 0) texts[end++] = blank
      const digits = this.#random.below(10_000)
      for (let power = 1000; power >= 1; power /= 10) texts[end++] = digit0 + (((digits / power) | 0) % 10)
    }
    columns.secondEnds[row] = end
    columns.textBytes = end
  }
}
