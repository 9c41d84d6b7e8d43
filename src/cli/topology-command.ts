/** `millrace topology`: the graph of a job on a Flink cluster, before it runs, and what a person wants to be other than it is planned. */
import { counted, listed } from '#base'
import type { EditedPlan, JarProgram, RemoteJobs, StatefulOperator, Topology } from '#query'
import type { TopologyAction } from './arguments/topology-actions.ts'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { isJar, type JarOptions, readJar } from './jar-program.ts'
import { noteErrors } from './render-error.ts'
import { readScript } from './script.ts'
import { editsPlace, loadEdits, saveEdits } from './topology-file.ts'
import { type WantedEdits, withStates, withVertices, withWhole } from './wanted-edits.ts'

export interface TopologyOptions extends JarOptions {
  readonly action: TopologyAction
  /** A script or a JAR. */
  readonly target: string
  readonly cluster: string
  /** Of edit: what is to be other from now on. */
  readonly change: WantedEdits
  /** Of diff: the name or the id of the job that runs. */
  readonly job: string
  readonly json: boolean
}

export async function runTopologyCommand(options: TopologyOptions, environment: CliEnvironment): Promise<number> {
  const { action, target: script, cluster, json, settings, change } = options
  const { screen } = environment
  if (cluster === '') throw usageErrors.CLI_OPTION_MISSING({ name: '--cluster', purpose: '"millrace topology"' })
  if (action === 'edit' && script === '-') throw usageErrors.CLI_ARGUMENT_MISSING({ command: 'millrace topology edit', name: 'file' })
  if (action === 'edit' && isJar(script)) throw usageErrors.CLI_TOPOLOGY_JAR()
  if (change.hasGroups) throw usageErrors.CLI_SLOT_SHARING_GROUP()
  const program = action === 'show' ? await readJar(script, options) : null
  if (program !== null) return showJar(await environment.openJobs(cluster, settings), program, options, environment)
  const [source, jobs] = await Promise.all([readScript(script, environment), environment.openJobs(cluster, settings)])
  try {
    const { noEdits, printTtl } = await import('#query')
    const known = change.clears ? noEdits : await loadEdits(script)
    const ofWhole = action === 'edit' ? withWhole(known, change) : known
    const wantsStates = change.states.length > 0 || known.states.length > 0
    const plan = await jobs.plan(source.text, ofWhole, wantsStates ? 'needed' : 'if-shared')
    const withTasks = action === 'edit' ? withVertices(ofWhole, change, plan) : known
    const changed = action === 'edit' ? withStates(withTasks, change.states, plan.states ?? []) : known
    const edited = await jobs.edit(source.text, plan, changed)
    // What cannot be is refused before anything is kept.
    if (action === 'edit' && edited.trouble !== null) throw edited.trouble
    if (action === 'edit') await saveEdits(script, changed)
    const { topology } = edited
    const keeps = new Map((edited.states ?? []).map((operator) => [operator.id, keptBy(operator, printTtl)]))
    await screen.write(json ? `${JSON.stringify({ ...topology, edits: changed, ...told(edited) })}\n` : textOf(topology, keeps))
    for (const each of edited.consequences) screen.note(`note: ${each}\n`)
    for (const line of unboundLines(edited)) screen.note(line)
    screen.note(slotsNote(topology, plan.room))
    for (const each of edited.memory) screen.note(`note: ${each}\n`)
    if (edited.trouble !== null) screen.note(`warning: ${edited.trouble.message}\n`)
    if (action === 'edit') screen.note(`note: kept in ${editsPlace(script)}; the next start of the script has it\n`)
    return exitStatus.done
  } catch (error) {
    return noteErrors(error, source, environment)
  }
}

async function showJar(jobs: RemoteJobs, program: JarProgram, { json }: TopologyOptions, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  try {
    const [topology, room] = await Promise.all([jobs.jarTopology(program), jobs.slots()])
    await screen.write(json ? `${JSON.stringify(topology)}\n` : textOf(topology))
    screen.note(slotsNote(topology, room))
    // Flink tells them of jobs only.
    screen.note('note: where its program names slot sharing groups it needs more; millrace job show tells them once it runs\n')
    return exitStatus.done
  } catch (error) {
    return noteErrors(error, undefined, environment)
  }
}

function slotsNote({ slots }: Topology, { free, all }: { readonly free: number; readonly all: number }): string {
  return `note: the job needs ${counted(slots, 'slot')}, and ${free} of ${all} are free${slots > free ? '; it would wait for more' : ''}\n`
}

type ToldEdits = Pick<EditedPlan, 'states' | 'consequences' | 'memory' | 'unbound' | 'unboundStates'>

function told({ consequences, unbound, unboundStates, states, memory }: ToldEdits): ToldEdits {
  return { states, consequences, memory, unbound, unboundStates }
}

/** Edits whose vertex or operator is gone, a line each. */
export function unboundLines({ unbound, unboundStates }: EditedPlan): string[] {
  return [
    ...unbound.map(
      ({ id, operators, parallelism }) =>
        `warning: no vertex is ${id} any more (it was ${operators.join(', ')}): its parallelism ${parallelism} is not applied\n`,
    ),
    ...unboundStates.map(
      ({ id, operator, state, ttl }) =>
        `warning: no operator ${id} keeps ${state ?? 'state'} any more (it was ${operator}): its time-to-live ${ttl} is not applied\n`,
    ),
  ]
}

/** Such as `90bea66d  keeps groupAggregateState for ever`. */
function keptBy({ id, states }: StatefulOperator, printTtl: (ttl: string) => string): string {
  const times = [...Map.groupBy(states, ({ ttl }) => printTtl(ttl))]
  return `${id.slice(0, 8)}  keeps ${listed(times.map(([time, kept]) => `${listed(kept.map(({ name }) => name))} for ${time}`))}`
}

/** Each task with its operators, and how rows come to it. */
function textOf({ vertices }: Topology, keeps: ReadonlyMap<string, string> = new Map()): string {
  const taskOf = new Map(vertices.flatMap((vertex, index) => vertex.operators.map(({ number }) => [number, index + 1] as const)))
  const lines = vertices.flatMap((vertex, index) => {
    const inputs = vertex.operators.flatMap((operator) => operator.inputs).filter(({ from }) => taskOf.get(from) !== index + 1)
    const origins = inputs.map(({ from, exchange }) => `${exchange} from ${taskOf.get(from)}`)
    const head = [`${index + 1}`, vertex.id, `parallelism ${vertex.parallelism}`, ...origins].join('  ')
    return [head, ...vertex.operators.map(({ id, name }) => `     ${[name, keeps.get(id) ?? []].flat().join('  ')}`)]
  })
  return lines.map((line) => `${line}\n`).join('')
}
