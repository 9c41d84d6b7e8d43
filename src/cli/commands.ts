/** The commands of the terminal, one row each. */
import { type CommandInput, type CommandRow, type OptionRow, optionValue } from './arguments/command.ts'
import { usageErrors } from './errors.ts'
import { type OutputFormat, outputFormats } from './output/output.ts'

const format: OptionRow = {
  name: 'format',
  short: 'f',
  value: 'format',
  oneOf: outputFormats,
  default: 'table',
  summary: 'how answers are printed',
}
const checkFormat: OptionRow = {
  name: 'format',
  short: 'f',
  value: 'format',
  oneOf: ['text', 'json'],
  default: 'text',
  summary: 'how errors are printed',
}
const set: OptionRow = {
  name: 'set',
  value: 'key=value',
  repeatable: true,
  summary: 'set a configuration key of Flink, such as table.local-time-zone',
}
const dataDir: OptionRow = { name: 'data-dir', value: 'folder', summary: 'keep checkpoints there, and go on from the newest one' }
const checkpointInterval: OptionRow = {
  name: 'checkpoint-interval',
  value: 'time',
  summary: 'how often a checkpoint is taken, such as 10s',
}
const allowDroppedState: OptionRow = {
  name: 'allow-dropped-state',
  summary: 'go on without state that the changed script has no place for',
}
const file = { name: 'file', summary: 'a file of SQL statements, or - for standard input' }
const events: OptionRow = { name: 'events', value: 'count', default: '10000000', summary: 'events that nexmark generates' }
const runs: OptionRow = { name: 'runs', value: 'count', default: '3', summary: 'runs of each query, of which the median counts' }
const only: OptionRow = { name: 'query', value: 'name', repeatable: true, summary: 'measure only this query, such as q7' }

export const commands: readonly CommandRow[] = [
  {
    name: 'run',
    summary: 'run a script to the end of its inputs, or until Ctrl-C',
    about: [
      'Statements run one after another. A SELECT prints its answer; INSERT and statement sets write tables. The first Ctrl-C ends a run cleanly: what was written until then is kept. The second ends the process at once.',
      'With --data-dir a run is durable: stopped or killed at any moment, it goes on where its newest checkpoint was taken when the same script is run again, and what it writes is written once.',
      'table prints the final rows in a frame, live while they change if this is a terminal. json and csv print the final rows, one a line. changelog prints every change as it happens: {"op":"+I","row":{…}}.',
    ],
    arguments: [file],
    options: [format, set, dataDir, checkpointInterval, allowDroppedState],
    examples: [
      { line: 'millrace run examples/hot-items.sql', shows: 'prints the items most bid for in each window' },
      { line: 'echo "SELECT 1 + 1 AS two" | millrace run - --format json', shows: 'prints {"two":2}' },
      {
        line: 'millrace run report.sql --format csv --set table.local-time-zone=Europe/Berlin > report.csv',
        shows: 'writes a file, in local time',
      },
    ],
    run: async (input, environment) => {
      const settings = settingsOf(input)
      const { runScript } = await import('./run-command.ts')
      return runScript(firstArgument(input), { format: optionValue(input, format) as OutputFormat, settings }, environment)
    },
  },
  {
    name: 'sql',
    summary: 'open a shell: type statements, see live results',
    about: [
      'A statement ends with ";" and may span lines. Tab completes keywords, tables, columns and functions. Results that keep changing fill the screen until q is pressed. "help" inside says what else there is.',
      'Where keys cannot be read one by one, in a pipe or a dumb terminal, it reads plain lines.',
    ],
    arguments: [],
    options: [set],
    examples: [
      {
        line: 'millrace sql --set sql-client.execution.result-mode=tableau',
        shows: 'prints results below the statement instead of filling the screen',
      },
    ],
    run: async (input, environment) => {
      const settings = settingsOf(input)
      const { runShell } = await import('./shell/shell.ts')
      return runShell(settings, environment)
    },
  },
  {
    name: 'explain',
    summary: 'show the plan of each query of a script, without running it',
    about: [],
    arguments: [file],
    options: [set],
    examples: [{ line: 'millrace explain examples/hot-items.sql', shows: 'prints the plan as written and as it will run' }],
    run: async (input, environment) => {
      const settings = settingsOf(input)
      const { explainScript } = await import('./check-command.ts')
      return explainScript(firstArgument(input), settings, environment)
    },
  },
  {
    name: 'check',
    summary: 'list all errors of a script, without running it',
    about: [
      'Finds errors of syntax, names and types in all statements. json prints one error a line, with file, line, column, code, message, detail and hint.',
    ],
    arguments: [file],
    options: [checkFormat],
    examples: [{ line: 'millrace check report.sql --format json', shows: 'for editors and continuous integration' }],
    run: async (input, environment) => {
      const { checkScript } = await import('./check-command.ts')
      return checkScript(firstArgument(input), optionValue(input, checkFormat) === 'json' ? 'json' : 'text', environment)
    },
  },
  {
    name: 'demo',
    summary: 'stream three million real flights through one statement set, with live tables',
    about: [
      'Departures and mean delay of each airport and day, the ten worst routes of each week, alarms, and bad rows set aside: one scan, four results. They are left in out/flights/ as Parquet and CSV.',
    ],
    arguments: [],
    options: [],
    examples: [{ line: 'millrace demo', shows: 'runs examples/flights-demo.sql and shows what it writes while it does' }],
    run: async (_input, environment) => {
      const { runDemo } = await import('./demo/demo.ts')
      return runDemo(environment)
    },
  },
  {
    name: 'bench',
    summary: 'measure the engine on this machine',
    about: [
      'Prints the machine, the version of Node, and for each query the median of its runs and the rows read a second. One core does the work.',
    ],
    arguments: [{ name: 'suite', summary: 'nexmark or flights', oneOf: ['nexmark', 'flights'] }],
    options: [events, runs, only],
    examples: [{ line: 'millrace bench nexmark --events 1000000 --query q7', shows: 'measures one query with a million events' }],
    run: async (input, environment) => {
      const suite = firstArgument(input) === 'flights' ? 'flights' : 'nexmark'
      const options = { events: countOf(input, events), runs: countOf(input, runs), queries: input.values.get(only.name) ?? [] }
      const { runBench } = await import('./bench/bench.ts')
      return runBench(suite, options, environment)
    },
  },
]

function firstArgument(input: CommandInput): string {
  return input.arguments[0] ?? ''
}

function settingsOf(input: CommandInput): Record<string, string> {
  const given = Object.fromEntries(
    (input.values.get(set.name) ?? []).map((text) => {
      const at = text.indexOf('=')
      if (at <= 0) throw usageErrors.CLI_OPTION_VALUE({ name: '--set', expected: '<key=value>', got: `"${text}"` })
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    }),
  )
  const folder = optionValue(input, dataDir)
  const interval = optionValue(input, checkpointInterval)
  return {
    ...given,
    ...(folder === '' ? {} : { 'execution.checkpointing.dir': folder }),
    ...(interval === '' ? {} : { 'execution.checkpointing.interval': interval }),
    ...(input.values.has(allowDroppedState.name) ? { 'execution.state-recovery.ignore-unclaimed-state': 'true' } : {}),
  }
}

function countOf(input: CommandInput, row: OptionRow): number {
  const text = optionValue(input, row).replaceAll('_', '')
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw usageErrors.CLI_OPTION_VALUE({ name: `--${row.name}`, expected: 'a whole number above 0', got: `"${text}"` })
  return Number(text)
}
