/** The options of `millrace job` for jobs on a Flink cluster, as rows of data. */
import { parseDurationMs } from '#base'
import type { ParallelismWish } from '#query'
import { type CommandInput, type OptionRow, optionValue } from './arguments/command.ts'
import { claimModes, clusterJobActions } from './arguments/job-actions.ts'
import { usageErrors } from './errors.ts'
import { jarOptionsOf, library, mainClass } from './jar-options.ts'
import type { JobOptions } from './job-command.ts'
import { allowDroppedState, cluster, firstArgument, json, refuseBeside } from './shared-options.ts'

const fromDataDir: OptionRow = {
  name: 'from-data-dir',
  value: 'folder',
  summary: 'of start: go on with the work that millrace run keeps there, which then goes on here no more',
}
export const jobName: OptionRow = { name: 'name', value: 'name', summary: 'of start, create and change: what the job is called' }
export const fromSavepoint: OptionRow = {
  name: 'from-savepoint',
  value: 'place|id',
  summary: 'of start and restart: the savepoint that it goes on from',
}
const claimMode: OptionRow = {
  name: 'claim-mode',
  value: 'mode',
  oneOf: claimModes,
  summary: 'of start: whether the job may remove that savepoint later; by default no',
}
const savepointFolder: OptionRow = { name: 'to', value: 'place', summary: 'of stop and savepoint: where it goes' }
const watchInterval: OptionRow = { name: 'interval', value: 'time', default: '5s', summary: 'of watch: how often it looks' }
export const jobParallelism: OptionRow = {
  name: 'parallelism',
  value: 'n|vertex=n',
  repeatable: true,
  summary: 'of rescale: of all vertices, or of one by its id; of start of a JAR: of each operator; of create and change: of the job',
}

/** Those that mean nothing to a server. */
export const clusterJobOptions: readonly OptionRow[] = [fromDataDir, claimMode, mainClass, library, savepointFolder, watchInterval]

export function clusterJobOptionsOf(input: CommandInput): JobOptions {
  if (input.values.has(fromSavepoint.name)) refuseBeside(fromSavepoint, [fromDataDir], input)
  const [, target = ''] = input.arguments
  return {
    action: clusterJobActions.find((each) => each === firstArgument(input)) ?? 'list',
    target,
    cluster: optionValue(input, cluster),
    name: optionValue(input, jobName),
    from: optionValue(input, fromSavepoint),
    claimMode: optionValue(input, claimMode),
    allowsDroppedState: input.values.has(allowDroppedState.name),
    dataDir: optionValue(input, fromDataDir),
    folder: optionValue(input, savepointFolder),
    intervalMs: intervalMsOf(input),
    wish: wishOf(input),
    json: input.values.has(json.name),
    ...jarOptionsOf(input, jobParallelism),
  }
}

/** Null where nothing is wished for. */
function wishOf(input: CommandInput): ParallelismWish | null {
  const given = input.values.get(jobParallelism.name)
  if (given === undefined) return null
  const wishes = given.map((text) => {
    const [, id = '', count = ''] = /^(?:([^=]+)=)?([1-9]\d{0,4})$/.exec(text) ?? []
    if (count !== '') return [id, Number(count)] as const
    throw usageErrors.CLI_OPTION_VALUE({ name: '--parallelism', expected: 'a number above 0, or VERTEX-ID=NUMBER', got: `"${text}"` })
  })
  const vertices = new Map(wishes)
  const all = vertices.get('') ?? null
  vertices.delete('')
  return { all, vertices }
}

function intervalMsOf(input: CommandInput): number {
  const text = optionValue(input, watchInterval)
  const ms = parseDurationMs(text)
  // A job manager asks its tasks no more often by itself.
  if (ms === undefined || ms < 1000)
    throw usageErrors.CLI_OPTION_VALUE({ name: '--interval', expected: 'a time of a second or more, such as 5s', got: `"${text}"` })
  return ms
}
