/** The lines that `millrace bench` prints. */
import { padded } from '../output/text-width.ts'
import { count } from '../progress.ts'
import type { Measurement } from './measurement.ts'
import type { BenchQuery } from './suite.ts'

const widths = [10, 12, 9, 9, 11, 9, 9, 8, 9, 9, 12]

/** K: thousand events per CPU-second, which is what one core does; net: without the least that reading costs. */
export const heading = line([
  'query',
  'events/s',
  'seconds',
  'CPU s',
  'K/CPU-s',
  'net',
  'peak MB',
  'pauses',
  'p50 ms',
  'p99 ms',
  'restore ms',
  'what it does',
])

export function tableRow(query: BenchQuery, run: Measurement, reading: Measurement | null): string {
  const pauses = run.pausesMs.toSorted((a, b) => a - b)
  const net = reading === null ? null : netRate(run, reading)
  return line([
    query.name,
    count(Math.round(run.events / run.wallSeconds)),
    run.wallSeconds.toFixed(2),
    run.cpuSeconds.toFixed(2),
    count(Math.round(rate(run) / 1000)),
    net === null ? '-' : count(Math.round(net / 1000)),
    count(Math.round(run.peakMb)),
    count(pauses.length),
    quantile(pauses, 0.5),
    quantile(pauses, 0.99),
    run.restoreMs === null ? '-' : run.restoreMs.toFixed(1),
    query.shows,
  ])
}

/** Geometric means over the queries. */
export function summary(runs: readonly Measurement[], reading: Measurement | null): string {
  if (runs.length < 2) return ''
  const gross = `${count(Math.round(geometricMean(runs.map(rate)) / 1000))} thousand events per CPU-second`
  if (reading === null) return `\ngeometric mean: ${gross}\n`
  const net = geometricMean(runs.map((run) => netRate(run, reading) ?? rate(run)))
  return `\ngeometric mean: ${gross}, ${count(Math.round(net / 1000))} net\n`
}

function rate({ events, cpuSeconds }: Measurement): number {
  return events / cpuSeconds
}

/** Null where too little is left to be told from noise. */
function netRate(run: Measurement, reading: Measurement): number | null {
  const left = run.cpuSeconds - reading.cpuSeconds
  return left < run.cpuSeconds / 20 ? null : run.events / left
}

function geometricMean(rates: readonly number[]): number {
  return Math.exp(rates.reduce((sum, each) => sum + Math.log(each), 0) / rates.length)
}

function quantile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return value === undefined ? '-' : value.toFixed(1)
}

function line(texts: readonly string[]): string {
  return texts.map((text, index) => (index === texts.length - 1 ? `  ${text}` : padded(text, widths[index] ?? 10, index > 0))).join('')
}
