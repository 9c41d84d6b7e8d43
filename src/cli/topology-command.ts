/** `millrace topology`: the graph of a job on a Flink cluster, before it runs. */
import { counted } from '#base'
import type { Topology } from '#query'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { noteErrors } from './render-error.ts'
import { readScript } from './script.ts'

export interface TopologyOptions {
  readonly script: string
  readonly cluster: string
  readonly json: boolean
  readonly settings: Readonly<Record<string, string>>
}

export async function showTopology({ script, cluster, json, settings }: TopologyOptions, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  if (cluster === '') throw usageErrors.CLI_OPTION_MISSING({ name: '--cluster', purpose: '"millrace topology"' })
  const [source, jobs] = await Promise.all([readScript(script, environment), environment.openJobs(cluster, settings)])
  try {
    const [topology, { free, all }] = await Promise.all([jobs.topology(source.text), jobs.slots()])
    await screen.write(json ? `${JSON.stringify(topology)}\n` : textOf(topology))
    const short = topology.slots > free ? '; it would wait for more' : ''
    screen.note(`note: the job needs ${counted(topology.slots, 'slot')}, and ${free} of ${all} are free${short}\n`)
    return exitStatus.done
  } catch (error) {
    return noteErrors(error, source, environment)
  }
}

/** Each task with its operators, and how rows come to it. */
function textOf({ vertices }: Topology): string {
  const taskOf = new Map(vertices.flatMap((vertex, index) => vertex.operators.map(({ number }) => [number, index + 1] as const)))
  const lines = vertices.flatMap((vertex, index) => {
    const inputs = vertex.operators.flatMap((operator) => operator.inputs).filter(({ from }) => taskOf.get(from) !== index + 1)
    const origins = inputs.map(({ from, exchange }) => `${exchange} from ${taskOf.get(from)}`)
    const head = [`${index + 1}`, vertex.id, `parallelism ${vertex.parallelism}`, ...origins].join('  ')
    return [head, ...vertex.operators.map(({ name }) => `     ${name}`)]
  })
  return lines.map((line) => `${line}\n`).join('')
}
