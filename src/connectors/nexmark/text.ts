/** The texts of the generator: short random ones, slices of one long one, and the channels of bids. */
import { SplittableRandom } from './random.ts'

/** Bytes of the text that every `extra` is a slice of. */
export const extraTextBytes = 1048576
const lengthMin = 3
const space = 32
const underscore = 95
const letterA = 97

/** Both follow from 2^31: above them Java's `nextInt(13)` and `nextInt(26)` draw again. */
const special13Max = 2147483648 - (2147483648 % 13)
const letter26Max = 2147483648 - (2147483648 % 26)

/**
 * `StringsGenerator.nextString` with its blanks trimmed: writes the text at `start` and returns its end.
 * A blank stands for a character with probability 1/13.
 */
export function writeText(random: SplittableRandom, lengthMax: number, bytes: Uint8Array, start: number): number {
  return writeSpecialText(random, lengthMax, space, bytes, start)
}

function writeSpecialText(random: SplittableRandom, lengthMax: number, special: number, bytes: Uint8Array, start: number): number {
  const length = lengthMin + random.below(lengthMax - lengthMin)
  let at = start
  let end = start
  for (let i = 0; i < length; i++) {
    if (random.below(13) === 0) {
      if (special === space && at === start) continue
      bytes[at++] = special
      if (special !== space) end = at
    } else {
      bytes[at++] = letterA + random.below(26)
      end = at
    }
  }
  return end
}

/** Takes the draws of `writeText` and returns the length that its text would have. */
export function skipText(random: SplittableRandom, lengthMax: number): number {
  const length = lengthMin + random.below(lengthMax - lengthMin)
  let first = -1
  let last = -2
  for (let i = 0; i < length; i++) {
    let draw = random.bits() >>> 1
    while (draw >= special13Max) draw = random.bits() >>> 1
    if (draw % 13 === 0) continue
    while (random.bits() >>> 1 >= letter26Max);
    if (first < 0) first = i
    last = i
  }
  return last - first + 1
}

/** The size of an `extra`: 0.8 to 1.2 times what is missing from the average size of the event; −1 when nothing is missing. */
export function drawExtraLength(random: SplittableRandom, currentBytes: number, averageBytes: number): number {
  if (currentBytes > averageBytes) return -1
  const missing = averageBytes - currentBytes
  const delta = Math.floor(missing * 0.2 + 0.5)
  return missing - delta + (delta === 0 ? 0 : random.below(2 * delta))
}

/** `nextExactString`, once, for the text that slices are cut from. A remainder of a negative draw is negative, hence H to z. */
function createExtraText(seed: number): Uint8Array {
  const random = SplittableRandom.seeded(seed)
  const bytes = new Uint8Array(extraTextBytes)
  let draw = 0
  for (let i = 0; i < extraTextBytes; i++) {
    if (i % 6 === 0) {
      random.reserve()
      draw = random.bits()
    }
    bytes[i] = letterA + (draw % 26)
    draw = (draw / 26) | 0
  }
  return bytes
}

export const hotChannels = 4
export const rareChannels = 10_000

/** Channels and the address of each: first the hot ones, then the rare ones. */
interface Channels {
  readonly names: readonly string[]
  readonly urls: readonly string[]
}

function createChannels(seed: number): Channels {
  const random = SplittableRandom.seeded(seed)
  const names = ['Google', 'Facebook', 'Baidu', 'Apple']
  const urls = names.map(() => drawUrl(random))
  for (let i = 0; i < rareChannels; i++) {
    const url = drawUrl(random)
    names.push(`channel-${i}`)
    urls.push(random.below(10) > 0 ? `${url}&channel_id=${Math.abs(reverseBits(i))}` : url)
  }
  return { names, urls }
}

const urlBytes = new Uint8Array(8)

function drawUrl(random: SplittableRandom): string {
  random.reserve()
  return `https://www.nexmark.com/${drawFolder(random)}/${drawFolder(random)}/${drawFolder(random)}/item.htm?query=1`
}

function drawFolder(random: SplittableRandom): string {
  return String.fromCharCode(...urlBytes.subarray(0, writeSpecialText(random, 5, underscore, urlBytes, 0)))
}

/** Java's `Integer.reverse`. */
function reverseBits(value: number): number {
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) reversed = (reversed << 1) | ((value >>> bit) & 1)
  return reversed
}

/** The long text and the channels, made when first asked for: they take some hundredths of a second. */
export class Texts {
  readonly #extraSeed: number
  readonly #channelSeed: number
  #extra: Uint8Array | undefined
  #channels: Channels | undefined

  constructor(extraSeed: number, channelSeed: number) {
    this.#extraSeed = extraSeed
    this.#channelSeed = channelSeed
  }

  get extra(): Uint8Array {
    this.#extra ??= createExtraText(this.#extraSeed)
    return this.#extra
  }

  get channels(): Channels {
    this.#channels ??= createChannels(this.#channelSeed)
    return this.#channels
  }
}
