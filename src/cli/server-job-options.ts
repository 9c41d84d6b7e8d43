/** The options of `millrace job` for jobs that a server keeps running, as rows of data. */
import { parseDurationMs } from '#base'
import { type CommandInput, type OptionRow, optionValue } from './arguments/command.ts'
import { jobStates, serverJobActions } from './arguments/job-actions.ts'
import { fromSavepoint } from './cluster-job-options.ts'
import { usageErrors } from './errors.ts'
import type { JobFilter } from './server/find-job.ts'
import { factRows } from './server/job-facts.ts'
import type { ServerJobOptions } from './server/run-server-job.ts'
import { acceptDroppedState, allowDroppedState, countOf, firstArgument, json, server, workspace } from './shared-options.ts'

const search: OptionRow = { name: 'search', value: 'words', summary: 'of list: words of its name, folder, tags or script; of logs: a text' }
const state: OptionRow = { name: 'state', value: 'state', oneOf: jobStates, summary: 'of list: only jobs in this state' }
const version: OptionRow = { name: 'version', value: 'number', summary: 'of start and restart: the version; by default the newest' }
const fromNothing: OptionRow = { name: 'from-nothing', summary: 'of start and restart: begin without state' }
const savepoint: OptionRow = { name: 'savepoint', summary: 'of stop: with a savepoint, not only a checkpoint' }
const now: OptionRow = { name: 'now', summary: 'of stop: at once, without a last checkpoint' }
const noRestart: OptionRow = { name: 'no-restart', summary: 'of change and rollback: the version that runs goes on until a restart' }
const follow: OptionRow = { name: 'follow', summary: 'of logs: go on with the lines that come, until Ctrl-C' }
const level: OptionRow = { name: 'level', value: 'level', oneOf: ['error', 'warning', 'info'], summary: 'of logs: only these' }
const limit: OptionRow = { name: 'limit', value: 'count', default: '100', summary: 'of logs, events and versions: how many, at most 500' }
const wait: OptionRow = { name: 'wait', value: 'time', summary: 'wait until it is so, at most for so long, such as 1min' }

/** These have rows of their own, since they mean something to a cluster, too. */
const sharedFacts: readonly string[] = ['name', 'parallelism', 'set']
const factOptions: readonly OptionRow[] = factRows
  .filter(({ key }) => !sharedFacts.includes(key))
  .map(({ key, value, summary, repeatable = false }) => {
    const actions = key === 'folder' || key === 'tag' ? 'of list, create and change' : 'of create and change'
    return { name: key, value, summary: `${actions}: ${summary}`, ...(repeatable ? { repeatable } : {}) }
  })

/** Those that mean nothing to a cluster. */
export const serverJobOptions: readonly OptionRow[] = [
  server,
  workspace,
  search,
  state,
  ...factOptions,
  acceptDroppedState,
  noRestart,
  version,
  fromNothing,
  savepoint,
  now,
  wait,
  follow,
  level,
  limit,
]

export function serverJobOptionsOf(input: CommandInput): ServerJobOptions {
  const [, target = '', second = ''] = input.arguments
  const has = (row: OptionRow): boolean => input.values.has(row.name)
  const given = (name: string): string | undefined => input.values.get(name)?.at(-1)
  for (const [one, other] of [
    [savepoint, now],
    [fromNothing, fromSavepoint],
  ] as const) {
    if (has(one) && has(other)) throw usageErrors.CLI_OPTION_BESIDE({ name: `--${other.name}`, other: `--${one.name}` })
  }
  return {
    action: serverJobActions.find((each) => each === firstArgument(input)) ?? 'list',
    target,
    second,
    texts: input.values,
    filter: filterOf(input),
    version: has(version) ? countOf(input, version) : null,
    fromSavepoint: optionValue(input, fromSavepoint),
    startsEmpty: has(fromNothing),
    // Who has learnt one of the two words means the same by the other.
    acceptsDroppedState: has(acceptDroppedState) || has(allowDroppedState),
    stopHow: has(now) ? 'now' : has(savepoint) ? 'savepoint' : 'checkpoint',
    restarts: !has(noRestart),
    waitMs: has(wait) ? waitMsOf(optionValue(input, wait)) : null,
    follows: has(follow),
    search: given(search.name) ?? '',
    level: (['error', 'warning', 'info'] as const).find((each) => each === given(level.name)),
    limit: countOf(input, limit),
    json: has(json),
  }
}

/** What jobs of a list have to be like; only what was given. */
function filterOf({ values }: CommandInput): JobFilter {
  const given = (name: string): readonly string[] => values.get(name)?.slice(-1) ?? []
  const entries = [search.name, state.name, 'folder', 'tag'].flatMap((name) => given(name).map((text) => [name, text]))
  return Object.fromEntries(entries) as JobFilter
}

function waitMsOf(text: string): number {
  const ms = parseDurationMs(text)
  if (ms === undefined || ms > waitMsMax)
    throw usageErrors.CLI_OPTION_VALUE({ name: '--wait', expected: 'a time of a day or less, such as 1min', got: `"${text}"` })
  return ms
}

const waitMsMax = 86_400_000
