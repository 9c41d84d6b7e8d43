/** Numbers, sizes and times as people read them, in their language. */

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long ago or how long: one unit is enough, as in 3s, 4m, 2h, 5d. */
export function ageText(ms: number, language: string): string {
  const [value, unit] = ageParts(Math.max(0, ms))
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }).format(value)
}

function ageParts(ms: number): [value: number, unit: 'second' | 'minute' | 'hour' | 'day'] {
  if (ms < 90 * second) return [Math.floor(ms / second), 'second']
  if (ms < 90 * minute) return [Math.round(ms / minute), 'minute']
  if (ms < 48 * hour) return [Math.round(ms / hour), 'hour']
  return [Math.round(ms / day), 'day']
}

/** A length of time for key numbers: 840 ms, 12.4 s, 3 m 20 s. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < minute) return `${(ms / second).toFixed(ms < 10 * second ? 1 : 0)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} m ${Math.floor((ms % minute) / second)} s`
  if (ms < day) return `${Math.floor(ms / hour)} h ${Math.floor((ms % hour) / minute)} m`
  return `${Math.floor(ms / day)} d ${Math.floor((ms % day) / hour)} h`
}

/** Three digits and a power: 999, 1.2k, 3.45M. */
export function countText(value: number): string {
  const size = Math.abs(value)
  if (size < 10 && !Number.isInteger(value)) return value.toFixed(1)
  if (size < 1000) return String(Math.round(value))
  const [divisor, sign] = size < 999_500 ? [1e3, 'k'] : size < 999.5e6 ? [1e6, 'M'] : [1e9, 'G']
  const scaled = value / divisor
  return scaled.toFixed(Math.abs(scaled) < 10 ? 2 : Math.abs(scaled) < 100 ? 1 : 0) + sign
}

export function bytesText(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let at = 0
  while (value >= 1024 && at < names.length - 1) {
    value /= 1024
    at++
  }
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${names[at]}`
}

/** Date and time in the zone of the reader, to the second, the same in every language. */
export function timeText(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const days = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${days} ${clockText(at)}`
}

export function clockText(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => String(value).padStart(2, '0')).join(':')
}
