/** `millrace topology diff`: what a start of a script would change of a job that runs. */
import { counted, printable, printBytes } from '#base'
import type { TopologyChange } from '#query'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { isJar } from './jar-program.ts'
import { noteErrors } from './render-error.ts'
import { readScript } from './script.ts'
import type { TopologyOptions } from './topology-command.ts'
import { loadEdits } from './topology-file.ts'

export async function diffTopology(
  { target: script, cluster, job, json, settings }: TopologyOptions,
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  for (const [name, value] of [
    ['--cluster', cluster],
    ['--job', job],
  ] as const) {
    if (value === '') throw usageErrors.CLI_OPTION_MISSING({ name, purpose: '"millrace topology diff"' })
  }
  if (isJar(script)) throw usageErrors.CLI_TOPOLOGY_JAR()
  const [source, jobs] = await Promise.all([readScript(script, environment), environment.openJobs(cluster, settings)])
  try {
    const changes = await jobs.topologyChanges(source.text, await loadEdits(script), job)
    await screen.write(changes.map((change) => `${json ? JSON.stringify(change) : lineOf(change)}\n`).join(''))
    screen.note(`note: ${noteOf(changes)}\n`)
    return exitStatus.done
  } catch (error) {
    return noteErrors(error, source, environment)
  }
}

function lineOf({ kind, id, before, name, parallelismBefore, parallelismAfter, stateBytes, restores }: TopologyChange): string {
  const counts = [parallelismBefore, parallelismAfter].filter((count) => count !== null)
  const facts = [
    kind.padEnd(5),
    before === null ? id : `${before} -> ${id}`,
    `parallelism ${[...new Set(counts)].join(' -> ')}`,
    ...(restores === 'none' ? [] : [stateText(stateBytes, restores)]),
    printable(name),
  ]
  return facts.join('  ')
}

function stateText(bytes: number | null, restores: TopologyChange['restores']): string {
  const ends = { yes: 'is restored', no: 'is not restored', unknown: 'may not be restored: it does something else', none: '' }
  return `${bytes === null ? 'its state' : `${printBytes(bytes)} of state`} ${ends[restores]}`
}

function noteOf(changes: readonly TopologyChange[]): string {
  const lost = changes.filter(({ restores }) => restores === 'no' || restores === 'unknown')
  if (lost.length > 0) return `state of ${counted(lost.length, 'task')} would not be restored, or may not`
  return 'all state would be restored'
}
