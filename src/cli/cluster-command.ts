/** `millrace cluster`: names of Flink clusters, and one that is started on this machine. */
import { counted } from '#base'
import type { ClusterState, Clusters, FlinkScheduler } from '#clusters'
import { libraryUses } from '#query'
import type { ClusterAction } from './arguments/cluster-actions.ts'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { noteErrors } from './render-error.ts'
import { readScript } from './script.ts'

export interface ClusterOptions {
  readonly action: ClusterAction
  /** The engine to start, else the name of a cluster. */
  readonly target: string
  /** What the started cluster is called. */
  readonly name: string
  readonly version: string
  readonly slots: number
  readonly scheduler: FlinkScheduler
  /** The script that the started cluster is for; empty: it takes statements. */
  readonly application: string
  readonly gateway: string
  readonly rest: string
  readonly planFolder: string
  readonly json: boolean
}

export async function runClusterCommand(options: ClusterOptions, environment: CliEnvironment): Promise<number> {
  const { action, target, gateway, rest, planFolder } = options
  const { screen } = environment
  const clusters = await environment.openClusters()
  if (action === 'list') return list(clusters, options.json, environment)
  if (target === '') throw usageErrors.CLI_ARGUMENT_MISSING({ command: `millrace cluster ${action}`, name: 'target' })
  switch (action) {
    case 'start':
      return start(clusters, options, environment)
    case 'stop': {
      const savepoints = await clusters.stop(target)
      screen.note(`note: cluster "${target}" is stopped${savepoints === null ? '' : `; its savepoints are in ${savepoints}`}\n`)
      return exitStatus.done
    }
    case 'add':
      if (gateway === '') throw usageErrors.CLI_OPTION_MISSING({ name: '--gateway', purpose: '"millrace cluster add"' })
      await clusters.add(target, gateway, rest, planFolder)
      screen.note(`note: run statements on it with --engine flink --cluster ${target}\n`)
      return exitStatus.done
    case 'remove':
      await clusters.remove(target)
      screen.note(`note: cluster "${target}" is forgotten\n`)
      return exitStatus.done
  }
}

async function start(clusters: Clusters, options: ClusterOptions, environment: CliEnvironment): Promise<number> {
  const { target, name, version, slots, scheduler } = options
  const { screen } = environment
  if (target !== 'flink') throw usageErrors.CLI_ARGUMENT_VALUE({ name: 'target', expected: 'flink', got: target })
  const source = options.application === '' ? undefined : await readScript(options.application, environment)
  let isInterrupted = false
  const forget = environment.onInterrupt(() => {
    if (isInterrupted) environment.exit(exitStatus.interrupted)
    isInterrupted = true
    void clusters.stop(name).then(
      () => environment.exit(exitStatus.interrupted),
      () => environment.exit(exitStatus.interrupted),
    )
  })
  const application = source === undefined ? null : { text: source.text, named: libraryUses(source.text) }
  try {
    const cluster = await clusters.start({ name, version, slots, scheduler, application }, (names) =>
      screen.note(`note: fetching ${names.join(', ')} with Maven, once; that takes a minute or two\n`),
    )
    await screen.write(`${cluster.gatewayUrl === '' ? '' : `gateway  ${cluster.gatewayUrl}\n`}rest     ${cluster.restUrl}\n`)
  } catch (error) {
    return noteErrors(error, source, environment)
  } finally {
    forget()
  }
  const use =
    source === undefined
      ? `run statements on it with --engine flink --cluster ${name}`
      : `look at its job with millrace job list --cluster ${name}`
  screen.note(`note: ${use}; end it with millrace cluster stop ${name}\n`)
  return exitStatus.done
}

async function list(clusters: Clusters, json: boolean, { screen }: CliEnvironment): Promise<number> {
  const states = await clusters.states()
  if (json) await screen.write(states.map((state) => `${JSON.stringify(plainState(state))}\n`).join(''))
  else {
    await screen.write(states.map((state) => `${textOf(state)}\n`).join(''))
    screen.note(`${counted(states.length, 'cluster')}\n`)
  }
  return exitStatus.done
}

function plainState({ cluster, version, slots, jobs, unreachable }: ClusterState): object {
  const { name, engine, gatewayUrl, restUrl, local } = cluster
  return { name, engine, version, gateway: gatewayUrl, rest: restUrl, local: local !== null, slots, jobs, unreachable }
}

function textOf({ cluster, version, slots, jobs, unreachable }: ClusterState): string {
  const parts = [
    cluster.name,
    `flink${version === null ? '' : ` ${version}`}`,
    cluster.local === null ? 'elsewhere' : 'started here',
    ...(slots === null ? [] : [`${slots.free} of ${counted(slots.all, 'slot')} free`]),
    ...(jobs === null ? [] : [`${counted(jobs, 'job')} running`]),
    ...(unreachable === null ? [] : [`unreachable: ${unreachable}`]),
    cluster.gatewayUrl,
  ]
  return parts.join('  ')
}
