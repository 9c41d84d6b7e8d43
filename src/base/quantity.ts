/** Durations and memory sizes as Flink writes them in its configuration: `10 s`, `5min`; `64mb`, `1 gb`. */

const durationUnits: Readonly<Record<string, number>> = {
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  '': 1,
  ms: 1,
  milli: 1,
  millis: 1,
  millisecond: 1,
  milliseconds: 1,
  µs: 1e-3,
  micro: 1e-3,
  micros: 1e-3,
  microsecond: 1e-3,
  microseconds: 1e-3,
  ns: 1e-6,
  nano: 1e-6,
  nanos: 1e-6,
  nanosecond: 1e-6,
  nanoseconds: 1e-6,
}

const memoryUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  bytes: 1,
  k: 1024,
  kb: 1024,
  kibibytes: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mebibytes: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gibibytes: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tebibytes: 1024 ** 4,
}

/** Milliseconds; undefined when the text is not a duration. A number alone counts milliseconds. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, durationUnits)
}

/** Bytes; undefined when the text is not a memory size. A number alone counts bytes. */
export function parseMemoryBytes(text: string): number | undefined {
  return parseQuantity(text, memoryUnits)
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const parts = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text)
  if (parts === null) return undefined
  const unit = units[(parts[2] ?? '').toLowerCase()]
  const value = unit === undefined ? Number.NaN : Number(parts[1]) * unit
  return Number.isSafeInteger(Math.round(value)) ? value : undefined
}

/** From the largest on: the name of each, and its milliseconds. */
export const printedDurationUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** Milliseconds in the largest unit that leaves no rest: `10 min`. */
export function printDuration(ms: number): string {
  const [unit, size] = printedDurationUnits.find(([, each]) => ms !== 0 && ms % each === 0) ?? ['ms', 1]
  return `${ms / size} ${unit}`
}

/** Bytes with the unit that suits them, such as `1.5 MB`. */
export function printBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const unit = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return unit === 0 ? `${Math.round(bytes)} B` : `${(bytes / 1000 ** unit).toFixed(1)} ${units[unit]}`
}
