/** Metrics in the text format of Prometheus (version 0.0.4): families with their help and type, then a line for each set of labels. */

export interface MetricFamily {
  /** With its unit; what only grows ends with `_total`. */
  readonly name: string
  readonly type: 'gauge' | 'counter'
  /** One sentence. */
  readonly help: string
  readonly samples: readonly MetricSample[]
}

export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>
  /** Null: there is none, and no line. */
  readonly value: number | null
}

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

export function expositionOf(families: readonly MetricFamily[]): string {
  const blocks = families.map(({ name, type, help, samples }) => {
    const lines = samples.flatMap(({ labels, value }) => (value === null ? [] : [`${name}${labelsOf(labels)} ${numberOf(value)}`]))
    return lines.length === 0 ? '' : [`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n')
  })
  return blocks.join('')
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const written = Object.entries(labels).map(([name, value]) => `${name}="${escapedValue(value)}"`)
  return written.length === 0 ? '' : `{${written.join(',')}}`
}

function numberOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
}

function escapedValue(text: string): string {
  return wellFormed(text).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function escapedHelp(text: string): string {
  return wellFormed(text).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** Half a character cannot be written as UTF-8, and a carriage return ends lines for some readers. */
function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll('\r', ' ')
}
