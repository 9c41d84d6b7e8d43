/** The commands that speak of Flink clusters and what runs there, as rows of data. */
import { parseDurationMs } from '#base'
import { clusterActions, clusterSchedulers } from './arguments/cluster-actions.ts'
import { type CommandInput, type CommandRow, type OptionRow, optionValue } from './arguments/command.ts'
import { topologyActions } from './arguments/topology-actions.ts'
import { usageErrors } from './errors.ts'
import { jarOptionsOf, library, mainClass, programArgument, wholeNumber } from './jar-options.ts'
import { jobCommand } from './job-commands.ts'
import { cluster, countOf, firstArgument, json, set } from './shared-options.ts'
import type { WantedEdits, WantedState } from './wanted-edits.ts'

const clusterName: OptionRow = { name: 'name', value: 'name', default: 'local', summary: 'of start: what the cluster is called' }
const flinkVersion: OptionRow = { name: 'flink-version', value: 'version', default: '2.3.0', summary: 'of start: 2.3.0 or 1.20.0' }
const slots: OptionRow = { name: 'slots', value: 'number', default: '8', summary: 'of start: subtasks that run at a time' }
const scheduler: OptionRow = {
  name: 'scheduler',
  value: 'scheduler',
  oneOf: clusterSchedulers,
  default: 'default',
  summary: 'of start: adaptive lets job rescale change what runs',
}
const application: OptionRow = {
  name: 'application',
  value: 'file',
  summary: 'of start: a script that the cluster is for, and that it ends with',
}
const gatewayAddress: OptionRow = { name: 'gateway', value: 'url', summary: 'of add: the address of its SQL gateway' }
const restAddress: OptionRow = { name: 'rest', value: 'url', summary: 'of add: the address of its job manager' }
const planFolder: OptionRow = {
  name: 'plan-folder',
  value: 'folder',
  summary: 'of add: a folder that its gateway and this machine both see under this name, for plans that are edited',
}
const vertexParallelism: OptionRow = {
  name: 'parallelism',
  value: 'id=number',
  repeatable: true,
  summary: 'of edit: how many subtasks a task has, by the beginning of its id; id= for what is planned; of a JAR a number for all',
}
const maxParallelism: OptionRow = {
  name: 'max-parallelism',
  value: 'number',
  summary: 'of edit: groups that keys are divided into, the most subtasks a task may ever have; default for what Flink chooses',
}
const chaining: OptionRow = {
  name: 'chaining',
  value: 'how',
  oneOf: ['on', 'off', 'default'],
  summary: 'of edit: whether operators run in one task where they can',
}
const stateTtl: OptionRow = {
  name: 'state-ttl',
  value: 'time|id=time',
  repeatable: true,
  summary:
    'of edit: for how long idle state is kept; default for what the script says; ID=TIME for that of one operator, ID/STATE=TIME for one of its states, by the beginning of its id; ID= for what is planned',
}
const slotSharingGroup: OptionRow = {
  name: 'slot-sharing-group',
  value: 'id=name',
  summary: 'of edit: refused, since Flink has none for SQL; the program of a JAR names them',
}
const clearEdits: OptionRow = { name: 'clear', summary: 'of edit: take all earlier edits away first' }
const comparedJob: OptionRow = { name: 'job', value: 'name', summary: 'of diff: the job that runs, by its name or its id' }

export const flinkCommands: readonly CommandRow[] = [
  {
    name: 'cluster',
    summary: 'name Flink clusters, and start one on this machine',
    about: [
      'start flink: fetches Flink with Maven, once, and starts a job manager, a task manager and a SQL gateway here, for development; they run on until stop. They are bound to 127.0.0.1, and ask nobody who they are. With --application the cluster is for one script: its job manager plans it, there is no gateway, and the cluster ends with the job. stop: ends what was started here and removes its files, but for savepoints. add: gives a name to a cluster that runs elsewhere, by the address of its SQL gateway. list: the clusters, and what each says of itself now. remove: forgets a name.',
      'It takes Java 17 and Maven. Names are kept in MILLRACE_HOME or ~/.millrace.',
    ],
    arguments: [
      { name: 'action', summary: clusterActions.join(', '), oneOf: clusterActions },
      { name: 'target', summary: 'of start: flink; of the others the name of the cluster; not of list', optional: true },
    ],
    options: [clusterName, flinkVersion, slots, scheduler, application, gatewayAddress, restAddress, planFolder, json],
    examples: [
      { line: 'millrace cluster start flink --name dev', shows: 'starts Flink on this machine, and calls it dev' },
      { line: 'millrace cluster add prod --gateway http://flink:8083 --rest http://flink:8081', shows: 'calls a cluster elsewhere prod' },
      { line: 'millrace cluster list', shows: 'prints each cluster with its slots and jobs' },
    ],
    run: async (input, environment) => {
      const { runClusterCommand } = await import('./cluster-command.ts')
      const [, target = ''] = input.arguments
      const options = {
        action: clusterActions.find((each) => each === firstArgument(input)) ?? 'list',
        target,
        name: optionValue(input, clusterName),
        version: optionValue(input, flinkVersion),
        slots: countOf(input, slots),
        application: optionValue(input, application),
        scheduler: clusterSchedulers.find((each) => each === optionValue(input, scheduler)) ?? 'default',
        gateway: optionValue(input, gatewayAddress),
        rest: optionValue(input, restAddress),
        planFolder: optionValue(input, planFolder),
        json: input.values.has(json.name),
      }
      return runClusterCommand(options, environment)
    },
  },
  jobCommand,
  {
    name: 'topology',
    summary: 'show the tasks that a job would have on a Flink cluster, before it runs, or what it would change',
    about: [
      'edit: keeps what shall be other than planned in a file beside the script (FILE.topology.json), and says what comes of it. The next start of the script applies it: what is of the whole job when the job is planned, the parallelism of single tasks once it runs, where the scheduler of the cluster is adaptive, else that of sources and sinks by options of their tables. An edit whose task is gone is told at each start.',
      'The script has definitions, settings and one INSERT or statement set; of a JAR the main method is asked. Flink plans it, and nothing is started. Printed are the tasks with their ids, by which Flink finds state in a savepoint, their parallelism, how rows come to them, and the operators that are chained in each.',
      'diff: compares the plan with a job that runs: which tasks stay, move to another id, are new or gone, and which state a start from a savepoint would not restore.',
    ],
    arguments: [
      { name: 'action', summary: topologyActions.join(', '), oneOf: topologyActions },
      { name: 'file', summary: 'a file of SQL statements, - for standard input, or a JAR, which show takes' },
      programArgument,
    ],
    options: [
      cluster,
      comparedJob,
      mainClass,
      library,
      vertexParallelism,
      maxParallelism,
      chaining,
      stateTtl,
      slotSharingGroup,
      clearEdits,
      json,
      set,
    ],
    examples: [
      { line: 'millrace topology show orders.sql --cluster dev', shows: 'prints its tasks, and how many slots they take' },
      {
        line: 'millrace topology edit orders.sql --cluster dev --parallelism 90bea66d=4',
        shows: 'gives a task four subtasks from the next start on',
      },
    ],
    run: async (input, environment) => {
      const { runTopologyCommand } = await import('./topology-command.ts')
      const [action, target = ''] = input.arguments
      const options = {
        action: topologyActions.find((each) => each === firstArgument(input)) ?? 'show',
        target,
        cluster: optionValue(input, cluster),
        job: optionValue(input, comparedJob),
        change: changeOf(input),
        json: input.values.has(json.name),
        ...jarOptionsOf(input, vertexParallelism),
      }
      if (action === 'diff') return (await import('./topology-diff.ts')).diffTopology(options, environment)
      return runTopologyCommand(options, environment)
    },
  },
]

function changeOf(input: CommandInput): WantedEdits {
  const parallelism = (input.values.get(vertexParallelism.name) ?? [])
    .filter((text) => !wholeNumber.test(text))
    .map((text) => {
      const [, id = '', count = ''] = /^([0-9a-f]{4,32})=([1-9]\d{0,4}|)$/.exec(text) ?? []
      if (id !== '') return [id, count === '' ? null : Number(count)] as const
      throw usageErrors.CLI_OPTION_VALUE({
        name: '--parallelism',
        expected: 'ID=NUMBER, with an id of four digits or more',
        got: `"${text}"`,
      })
    })
  const given = (row: OptionRow): string | undefined => (input.values.has(row.name) ? optionValue(input, row) : undefined)
  const [groups, how] = [given(maxParallelism), given(chaining)]
  const times = input.values.get(stateTtl.name) ?? []
  const ttl = times.filter((text) => !text.includes('=')).at(-1)
  if (groups !== undefined && groups !== 'default' && !/^[1-9]\d{0,4}$/.test(groups))
    throw usageErrors.CLI_OPTION_VALUE({ name: '--max-parallelism', expected: 'a number from 1 to 32768, or default', got: `"${groups}"` })
  if (ttl !== undefined && ttl !== 'default' && parseDurationMs(ttl) === undefined)
    throw usageErrors.CLI_OPTION_VALUE({ name: '--state-ttl', expected: 'a time such as "1 d", or default', got: `"${ttl}"` })
  return {
    parallelism: new Map(parallelism),
    states: times.filter((text) => text.includes('=')).map(wantedState),
    hasGroups: input.values.has(slotSharingGroup.name),
    clears: input.values.has(clearEdits.name),
    ...(groups === undefined ? {} : { maxParallelism: groups === 'default' ? null : Number(groups) }),
    ...(how === undefined ? {} : { chaining: how === 'default' ? null : how === 'on' }),
    ...(ttl === undefined ? {} : { stateTtl: ttl === 'default' ? null : ttl }),
  }
}

function wantedState(text: string): WantedState {
  const [, start = '', state = null, ttl = ''] = /^([0-9a-f]{4,32})(?:\/(\w{1,100}))?=(.*)$/.exec(text) ?? []
  if (start !== '' && (ttl === '' || parseDurationMs(ttl) !== undefined)) return { start, state, ttl: ttl === '' ? null : ttl }
  throw usageErrors.CLI_OPTION_VALUE({
    name: '--state-ttl',
    expected: 'TIME, ID=TIME or ID/STATE=TIME, with an id of four digits or more and a time such as "1 d"',
    got: `"${text}"`,
  })
}
