import type { JobSpec } from '../jobs/job-line.ts'

/** A job as one text for comparing: its script, then what else was said of it, one fact a line, in a fixed order. */
export function specText(spec: JobSpec): string {
  const { program, engine, tags, settings, variables, restart, ...rest } = spec
  const facts: Record<string, string | number | undefined> = {
    ...rest,
    tags: tags.join(', '),
    engine: engine.kind === 'flink' ? `flink: ${engine.cluster}` : engine.kind,
    restart: restart.kind,
    ...(restart.kind === 'never' ? {} : prefixed('restart', { ...restart, kind: '' })),
    ...prefixed('setting', settings),
    ...prefixed('variable', variables),
  }
  const lines = Object.entries(facts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value = '']) => (value === '' ? [] : [`${name}: ${String(value).replaceAll('\n', '\n  ')}`]))
  return `${program.text.trimEnd()}\n\n${lines.join('\n')}`
}

function prefixed(prefix: string, texts: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [`${prefix} ${name}`, value]))
}
