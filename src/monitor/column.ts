/**
 * The values of one series in a few bytes. Most are whole numbers, or have few digits behind the point, and change little or evenly: then
 * what is written is how they change. Others are written as the bytes in which they differ from the value before. NaN stands for no value.
 *
 *     constant   one double
 *     change     digits, first value, then each difference
 *     evenness   the same of the differences, for what grows at a steady rate
 *     bytes      for each value: how many leading bytes are as before, how many follow, those
 */
import { type ByteSink, ByteSource } from './byte-cursor.ts'
import { monitorErrors } from './errors.ts'

const forms = { nothing: 0, constant: 1, change: 2, evenness: 3, bytes: 4 } as const
/** Added to a form where some values are missing; which ones say the bits that come next. */
const withGaps = 0x80
const decimalsMax = 3
/** So that differences of differences are whole numbers that a double holds. */
const wholeMax = 2 ** 50

export function encodeColumn(values: Float64Array, sink: ByteSink): void {
  const known = values.filter((value) => !Number.isNaN(value))
  const [first] = known
  if (first === undefined) {
    sink.byte(forms.nothing)
    return
  }
  const gaps = known.length === values.length ? 0 : withGaps
  if (known.every((value) => Object.is(value, first))) {
    sink.byte(forms.constant | gaps)
    if (gaps !== 0) encodeGaps(values, sink)
    sink.double(first)
    return
  }
  const decimals = decimalsOf(known)
  const whole = decimals === null ? null : known.map((value) => Math.round(value * 10 ** decimals))
  const form = whole === null ? forms.bytes : isEven(whole) ? forms.evenness : forms.change
  sink.byte(form | gaps)
  if (gaps !== 0) encodeGaps(values, sink)
  if (whole === null) encodeBytes(known, sink)
  else encodeWhole(whole, { decimals: decimals ?? 0, isEvenness: form === forms.evenness }, sink)
}

function encodeWhole(whole: Float64Array, { decimals, isEvenness }: { decimals: number; isEvenness: boolean }, sink: ByteSink): void {
  sink.byte(decimals)
  let before = 0
  let step = 0
  for (const value of whole) {
    const change = value - before
    sink.signed(isEvenness ? change - step : change)
    step = change
    before = value
  }
}

export function decodeColumn(bytes: Uint8Array, at: number, count: number): Float64Array {
  const source = new ByteSource(bytes, at)
  const written = source.byte()
  const form = written & ~withGaps
  const values = new Float64Array(count).fill(Number.NaN)
  if (form === forms.nothing) return values
  const places = (written & withGaps) === 0 ? null : decodeGaps(source, count)
  const known = new Float64Array(places?.length ?? count)
  if (form === forms.constant) known.fill(source.double())
  else if (form === forms.bytes) decodeBytes(source, known)
  else if (form === forms.change || form === forms.evenness) decodeWhole(source, known, form === forms.evenness)
  else throw monitorErrors.MONITOR_CHUNK_DAMAGED()
  if (places === null) return known
  for (const [index, place] of places.entries()) values[place] = known[index] ?? Number.NaN
  return values
}

/** The least number of digits behind the point that holds all values exactly; null where none does. */
function decimalsOf(values: Float64Array): number | null {
  for (let decimals = 0; decimals <= decimalsMax; decimals++) {
    const factor = 10 ** decimals
    const isExact = (value: number): boolean => {
      const whole = Math.round(value * factor)
      // Nothing of a negative zero would be left.
      return Math.abs(whole) <= wholeMax && Object.is(whole / factor, value) && !Object.is(whole, -0)
    }
    if (values.every(isExact)) return decimals
  }
  return null
}

function isEven(whole: Float64Array): boolean {
  let [changes, unevenness, step] = [0, 0, 0]
  for (let i = 1; i < whole.length; i++) {
    const change = (whole[i] ?? 0) - (whole[i - 1] ?? 0)
    changes += Math.log2(1 + Math.abs(change))
    unevenness += Math.log2(1 + Math.abs(change - step))
    step = change
  }
  return unevenness < changes
}

function decodeWhole(source: ByteSource, values: Float64Array, isEvenness: boolean): void {
  const factor = 10 ** source.byte()
  let before = 0
  let step = 0
  for (let i = 0; i < values.length; i++) {
    const change = source.signed() + (isEvenness ? step : 0)
    before += change
    step = change
    values[i] = before / factor
  }
}

function encodeGaps(values: Float64Array, sink: ByteSink): void {
  for (let i = 0; i < values.length; i += 8) {
    let bits = 0
    for (let bit = 0; bit < 8 && i + bit < values.length; bit++) if (!Number.isNaN(values[i + bit])) bits |= 1 << bit
    sink.byte(bits)
  }
}

/** The places that have a value. */
function decodeGaps(source: ByteSource, count: number): number[] {
  const places: number[] = []
  for (let i = 0; i < count; i += 8) {
    const bits = source.byte()
    for (let bit = 0; bit < 8 && i + bit < count; bit++) if ((bits & (1 << bit)) !== 0) places.push(i + bit)
  }
  return places
}

function encodeBytes(values: Float64Array, sink: ByteSink): void {
  const view = new DataView(new ArrayBuffer(8))
  const before = new Uint8Array(8)
  const now = new Uint8Array(view.buffer)
  for (const value of values) {
    view.setFloat64(0, value)
    const first = now.findIndex((byte, i) => byte !== before[i])
    const last = now.findLastIndex((byte, i) => byte !== before[i])
    if (first < 0) sink.byte(0)
    else {
      sink.byte((first << 4) | (last - first + 1))
      sink.append(now.subarray(first, last + 1))
    }
    before.set(now)
  }
}

function decodeBytes(source: ByteSource, values: Float64Array): void {
  const view = new DataView(new ArrayBuffer(8))
  for (let i = 0; i < values.length; i++) {
    const word = source.byte()
    const first = word >> 4
    const end = first + (word & 15)
    if (end > 8) throw monitorErrors.MONITOR_CHUNK_DAMAGED()
    for (let place = first; place < end; place++) view.setUint8(place, source.byte())
    values[i] = view.getFloat64(0)
  }
}
