/** Numbers and times as people read them in messages. */
import { printedDurationUnits } from '#base'

/** `1,234.5`: with marks between thousands, and no more digits than say something. */
export function printNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 })
}

/** `2 h 5 min`: the largest unit, and the next one. */
export function printDuration(ms: number): string {
  const first = printedDurationUnits.findIndex(([, unitMs]) => ms >= unitMs)
  const parts = printedDurationUnits.slice(first < 0 ? printedDurationUnits.length - 1 : first).slice(0, 2)
  let rest = ms
  const texts = parts.flatMap(([name, unitMs]) => {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    return count === 0 ? [] : [`${count} ${name}`]
  })
  return texts.join(' ') || '0 s'
}

/** `2030-01-01 12:00:05 UTC`. */
export function printInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
