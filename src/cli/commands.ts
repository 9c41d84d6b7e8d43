/** The commands of the terminal, one row each. */
import { checkpointActions } from './arguments/checkpoint-actions.ts'
import { type CommandInput, type CommandRow, type OptionRow, optionValue } from './arguments/command.ts'
import { deadletterActions } from './arguments/deadletter-actions.ts'
import { flinkVersions } from './arguments/flink-versions.ts'
import { secretActions } from './arguments/secret-actions.ts'
import type { CliEnvironment } from './environment.ts'
import { usageErrors } from './errors.ts'
import { flinkCommands } from './flink-commands.ts'
import { type OutputFormat, outputFormats } from './output/output.ts'
import { serverCommands } from './server-commands.ts'
import {
  allowDroppedState,
  cluster,
  countOf,
  file,
  firstArgument,
  givenSettings,
  json,
  portIn,
  refuseBeside,
  set,
} from './shared-options.ts'

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
const dataDir: OptionRow = { name: 'data-dir', value: 'folder', summary: 'keep checkpoints there, and go on from the newest one' }
const checkpointInterval: OptionRow = {
  name: 'checkpoint-interval',
  value: 'time',
  summary: 'how often a checkpoint is taken, such as 10s',
}
const fromCheckpoint: OptionRow = {
  name: 'from-checkpoint',
  value: 'number|place',
  summary: 'start from this checkpoint, or from where one was exported to, instead of the newest one',
}
const savepointOnStop: OptionRow = {
  name: 'savepoint-on-stop',
  value: 'folder',
  summary: 'when the run is stopped, export its last checkpoint to a folder of its own below this one',
}
const metrics: OptionRow = { name: 'metrics', value: 'file', summary: 'write what each operator does there, as JSON lines' }
const gateway: OptionRow = {
  name: 'gateway',
  value: 'url',
  summary: 'let the SQL gateway of Flink at this address run it, such as http://127.0.0.1:8083',
}
const sessionCluster: OptionRow = {
  name: 'cluster',
  value: 'name',
  summary: 'let this cluster run what sessions send, but for those that name another one in their property millrace.cluster',
}
const analyze: OptionRow = { name: 'analyze', summary: 'run the script, and show what each operator did' }
const checkpointNumber: OptionRow = { name: 'checkpoint', value: 'number', summary: 'only this one; by default the newest, of verify all' }
const statementNumber: OptionRow = { name: 'statement', value: 'number', summary: 'only those of this statement of the script' }
const exportTarget: OptionRow = { name: 'to', value: 'folder', summary: 'where export copies to: a folder or s3://bucket/prefix' }
const letterTable: OptionRow = { name: 'table', value: 'name', summary: 'only the letters of this table' }
const letterCode: OptionRow = { name: 'code', value: 'code', summary: 'only letters with this code of an error' }
const letterLimit: OptionRow = { name: 'limit', value: 'count', default: '20', summary: 'how many are shown at most' }
const events: OptionRow = { name: 'events', value: 'count', default: '5000000', summary: 'events that nexmark generates' }
const runs: OptionRow = { name: 'runs', value: 'count', default: '3', summary: 'runs of each query; the middle one counts' }
const asSql: OptionRow = {
  name: 'as',
  value: 'language',
  oneOf: ['plan', 'flink'],
  default: 'plan',
  summary: 'show the plan, or the query as Flink SQL',
}
const sqlVersion: OptionRow = {
  name: 'flink-version',
  value: 'version',
  oneOf: flinkVersions,
  default: '2.3',
  summary: 'with --as flink: the version of Flink that has to understand it',
}
const optimized: OptionRow = { name: 'optimized', summary: 'with --as flink: as the plan will run, not as it was written' }
const code: OptionRow = { name: 'code', summary: 'show the loops that are generated for each query too' }
const queries: OptionRow = { name: 'queries', value: 'names', repeatable: true, summary: 'measure only these, such as q0,q5' }
const workers: OptionRow = { name: 'workers', value: 'count', default: '1', summary: 'threads that share each run' }
const benchInterval: OptionRow = { ...checkpointInterval, default: '10s', summary: 'how often a checkpoint is taken' }
const engine: OptionRow = {
  name: 'engine',
  value: 'engine',
  oneOf: ['embedded', 'flink', 'spark', 'storm'],
  default: 'embedded',
  summary: 'what runs the statements',
}
/** Where else statements may run. */
const elsewhere: readonly OptionRow[] = [engine, cluster, gateway]
const update: OptionRow = { name: 'update', summary: 'write what is expected anew, and nothing else' }
const junit: OptionRow = { name: 'junit', value: 'file', summary: 'write a report in the XML of JUnit there, too' }

const restore: OptionRow = { name: 'restore', summary: 'also stop a run on its way, and measure how long it takes to go on' }

const terminalOnly: OptionRow = { name: 'terminal', summary: 'only the statement set, in the terminal, without a server' }
const once: OptionRow = { name: 'once', summary: 'show what there is and end, also at a terminal' }

const host: OptionRow = { name: 'host', value: 'address', default: '127.0.0.1', summary: 'the address of this machine to listen at' }
const port: OptionRow = { name: 'port', value: 'number', default: '8083', summary: 'the port to listen at; 0: any that is free' }

export const commands: readonly CommandRow[] = [
  {
    name: 'run',
    summary: 'run a script to the end of its inputs, or until Ctrl-C',
    about: [
      'Statements run one after another. A SELECT prints its answer; INSERT and statement sets write tables. The first Ctrl-C ends a run cleanly: what was written until then is kept. The second ends the process at once.',
      'With --data-dir a run is durable: stopped or killed at any moment, it goes on where its newest checkpoint was taken when the same script is run again, and what it writes is written once.',
      "With --engine flink and --cluster a Flink cluster runs the statements, with --gateway that of the SQL gateway at an address; INSERT statements are waited for, and Ctrl-C stops their jobs. Headers that it wants are taken from FLINK_REST_CLIENT_HEADERS, as Flink's own clients do.",
      'table prints the final rows in a frame, live while they change if this is a terminal. json and csv print the final rows, one a line. changelog prints every change as it happens: {"op":"+I","row":{…}}.',
    ],
    arguments: [file],
    options: [format, set, dataDir, checkpointInterval, fromCheckpoint, savepointOnStop, allowDroppedState, metrics, ...elsewhere],
    examples: [
      { line: 'millrace run examples/hot-items.sql', shows: 'prints the items most bid for in each window' },
      { line: 'echo "SELECT 1 + 1 AS two" | millrace run - --format json', shows: 'prints {"two":2}' },
      {
        line: 'millrace run report.sql --format csv --set table.local-time-zone=Europe/Berlin > report.csv',
        shows: 'writes a file, in local time',
      },
      { line: 'millrace run report.sql --engine flink --cluster dev', shows: 'runs the same script on a Flink cluster' },
    ],
    run: async (input, environment) => {
      const settings = settingsOf(input)
      const { runScript } = await import('./run-command.ts')
      const options = {
        format: optionValue(input, format) as OutputFormat,
        settings,
        savepoints: optionValue(input, savepointOnStop),
        metrics: optionValue(input, metrics),
        gateway: await gatewayOf(input, environment),
      }
      if (options.gateway !== '')
        refuseBeside(elsewhereIn(input), [dataDir, checkpointInterval, fromCheckpoint, savepointOnStop, metrics], input)
      return runScript(firstArgument(input), options, environment)
    },
  },
  {
    name: 'sql',
    summary: 'open a shell: type statements, see live results',
    about: [
      'A statement ends with ";" and may span lines. Tab completes keywords, tables, columns and functions. Results that keep changing fill the screen until q is pressed. "help" inside says what else there is.',
      'With --engine flink and --cluster, or with --gateway, a Flink cluster runs the statements.',
      'Where keys cannot be read one by one, in a pipe or a dumb terminal, it reads plain lines.',
    ],
    arguments: [],
    options: [set, ...elsewhere],
    examples: [
      {
        line: 'millrace sql --set sql-client.execution.result-mode=tableau',
        shows: 'prints results below the statement instead of filling the screen',
      },
    ],
    run: async (input, environment) => {
      const settings = settingsOf(input)
      const { runShell } = await import('./shell/shell.ts')
      return runShell(settings, await gatewayOf(input, environment), environment)
    },
  },
  {
    name: 'explain',
    summary: 'show the plan of each query of a script, without running it or with what its operators do',
    about: [
      'Prints the plan as written and as it will run, what each relation keeps and what bounds it, and how safely each sink gets its rows. EXPLAIN in the script asks for more: CHANGELOG_MODE, PLAN_ADVICE, ESTIMATED_COST, JSON_EXECUTION_PLAN, GENERATED_CODE.',
      'With --as flink each query is written as Flink SQL from its plan. What a version of Flink lacks is named instead.',
      'With --analyze the script is run, to the end of its inputs or until Ctrl-C: tables are written, the rows of a SELECT are thrown away. Printed is the plan with the rows, the time and the state of each operator.',
    ],
    arguments: [file],
    options: [set, code, analyze, asSql, sqlVersion, optimized],
    examples: [
      { line: 'millrace explain examples/hot-items.sql', shows: 'prints the plan as written and as it will run' },
      { line: 'millrace explain --analyze examples/hot-items.sql', shows: 'runs it, and prints what each operator did' },
      {
        line: 'millrace explain report.sql --as flink --flink-version 1.20',
        shows: 'prints its queries for Flink 1.20, or what that lacks',
      },
    ],
    run: async (input, environment) => {
      const settings = settingsOf(input)
      if (input.values.has(analyze.name)) {
        const { analyzeScript } = await import('./analyze-command.ts')
        return analyzeScript(firstArgument(input), settings, environment)
      }
      if (optionValue(input, asSql) === 'flink') {
        const { renderScript } = await import('./check-command.ts')
        const version = flinkVersions.find((each) => each === optionValue(input, sqlVersion)) ?? '2.3'
        return renderScript(firstArgument(input), { settings, version, isOptimized: input.values.has(optimized.name) }, environment)
      }
      const { explainScript } = await import('./check-command.ts')
      return explainScript(firstArgument(input), { settings, showsCode: input.values.has(code.name) }, environment)
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
    name: 'test',
    summary: 'run tests of SQL: statements, their input and what they must answer',
    about: [
      'Each path is a file of tests, or a folder whose files *.sqltest are found at any depth. What differs is shown row by row, with its place in the file. The last line is "N passed, M failed".',
      'With --update, expectations that are not met are written anew: read the difference before you keep it.',
      'With --engine flink the statements go to a Flink cluster: its answers must be the same, but for tests that say "own:". It has to see the same files.',
    ],
    arguments: [{ name: 'path', summary: 'a file of tests, or a folder', repeatable: true }],
    options: [update, junit, ...elsewhere],
    examples: [
      { line: 'millrace test tests/', shows: 'runs all tests below tests/' },
      { line: 'millrace test tests/orders.sqltest --update', shows: 'fills in what "rows:" has to be' },
    ],
    run: async (input, environment) => {
      const { runTests } = await import('./test/test-command.ts')
      const url = await gatewayOf(input, environment)
      if (url !== '') refuseBeside(elsewhereIn(input), [update], input)
      const options = { update: input.values.has(update.name), junit: optionValue(input, junit), gateway: url }
      return runTests(input.arguments, options, environment)
    },
  },
  {
    name: 'checkpoint',
    summary: 'look at the checkpoints of durable runs, verify and export them',
    about: [
      'list: every checkpoint with its time and the size of its state. show: where the sources stood, what each operator held and what the sinks had prepared. verify: reads every file and compares its checksum; the exit status is 1 when one is damaged. export: copies the newest checkpoint of each statement to another place, from which a run can start with --from-checkpoint.',
      'The folder is the one that a run was given with --data-dir; s3://bucket/prefix names a bucket. A run may go on meanwhile.',
    ],
    arguments: [
      { name: 'action', summary: checkpointActions.join(', '), oneOf: checkpointActions },
      { name: 'folder', summary: 'where checkpoints are kept' },
    ],
    options: [checkpointNumber, statementNumber, exportTarget, json],
    examples: [
      { line: 'millrace checkpoint list state', shows: 'prints the checkpoints in the folder state' },
      { line: 'millrace checkpoint export state --to saved', shows: 'copies the newest checkpoint of each statement to saved' },
    ],
    run: async (input, environment) => {
      const { runCheckpointCommand } = await import('./checkpoint-command.ts')
      const [, address = ''] = input.arguments
      const options = {
        action: checkpointActions.find((name) => name === firstArgument(input)) ?? 'list',
        address,
        checkpoint: input.values.has(checkpointNumber.name) ? countOf(input, checkpointNumber) : null,
        statement: input.values.has(statementNumber.name) ? countOf(input, statementNumber) : null,
        target: optionValue(input, exportTarget),
        json: input.values.has(json.name),
      }
      return runCheckpointCommand(options, environment)
    },
  },
  {
    name: 'deadletter',
    summary: 'look at what could not be read or written, and replay it',
    about: [
      "A script keeps dead letters with SET 'table.exec.dead-letters.table' = '…'. Of the script only definitions and settings take effect.",
      'list: how many there are, by table and error. show: each with its error, its position and its bytes. replay: sends the messages of a table back to where they came from, so that whatever reads the table now gets them as new ones. What was sent is kept in --data-dir, so that a later replay sends only those that came since.',
    ],
    arguments: [{ name: 'action', summary: deadletterActions.join(', '), oneOf: deadletterActions }, file],
    options: [letterTable, letterCode, letterLimit, dataDir, json, set],
    examples: [
      { line: 'millrace deadletter list clicks.sql', shows: 'counts the dead letters of a script' },
      { line: 'millrace deadletter replay clicks.sql --table clicks --data-dir replayed', shows: 'sends those of a table back, each once' },
    ],
    run: async (input, environment) => {
      const { runDeadletterCommand } = await import('./deadletter-command.ts')
      const [, script = ''] = input.arguments
      const options = {
        action: deadletterActions.find((name) => name === firstArgument(input)) ?? 'list',
        script,
        filter: { table: optionValue(input, letterTable), code: optionValue(input, letterCode) },
        most: countOf(input, letterLimit),
        place: optionValue(input, dataDir),
        json: input.values.has(json.name),
        settings: givenSettings(input),
      }
      return runDeadletterCommand(options, environment)
    },
  },
  {
    name: 'gateway',
    summary: "serve Flink's SQL gateway: its SQL client, JDBC driver and tools connect to Millrace",
    about: [
      "It answers the REST interface of Flink's SQL gateway, versions 1 to 4. Each session has tables and settings of its own. Queries end with their session; an INSERT goes on until its inputs end or the gateway does. Ctrl-C stops all of it cleanly.",
      'Who connects has to send a token. It is the secret gateway-token (see millrace secret); without one it is made once, and kept in the file gateway-token of MILLRACE_HOME or ~/.millrace. Clients of Flink take it from the variable FLINK_REST_CLIENT_HEADERS.',
    ],
    arguments: [],
    options: [host, port, sessionCluster],
    examples: [
      { line: 'millrace gateway --port 8083', shows: 'serves until Ctrl-C, and says how to connect' },
      {
        line: 'sql-client.sh gateway -e http://127.0.0.1:8083',
        shows: "opens Flink's own SQL client on it, with the token in that variable",
      },
    ],
    run: async (input, environment) => {
      const { runGateway } = await import('./gateway-command.ts')
      return runGateway(
        { host: optionValue(input, host), port: portIn(input, port), cluster: optionValue(input, sessionCluster) },
        environment,
      )
    },
  },
  ...serverCommands,
  ...flinkCommands,
  {
    name: 'secret',
    summary: 'keep passwords that tables name and never hold',
    about: [
      "A table names a secret instead of holding it, as in 'password' = '${secret:kafka-prod}'. It is looked for in the environment (MILLRACE_SECRET_KAFKA_PROD), in a file of its name in the folder MILLRACE_SECRETS_DIR, and in the store of this command.",
      'set: reads the value from standard input and keeps it, encrypted, in MILLRACE_HOME or ~/.millrace. The key is MILLRACE_SECRETS_KEY, or a file that is made beside the store. list: the names; values are never shown. remove: forgets one.',
    ],
    arguments: [
      { name: 'action', summary: secretActions.join(', '), oneOf: secretActions },
      { name: 'name', summary: 'the name of the secret; not of list', optional: true },
    ],
    options: [],
    examples: [
      { line: 'millrace secret set kafka-prod < password.txt', shows: 'keeps the content of a file as the secret kafka-prod' },
      { line: 'millrace secret list', shows: 'prints the names of the secrets that are kept' },
    ],
    run: async (input, environment) => {
      const { runSecretCommand } = await import('./secret-command.ts')
      const [, name = ''] = input.arguments
      return runSecretCommand(secretActions.find((each) => each === firstArgument(input)) ?? 'list', name, environment)
    },
  },
  {
    name: 'demo',
    summary: 'start a server with live flights, and its page',
    about: [
      'Real flights of 2001 leave now, fifty a second, in jobs of a server of its own, which keeps everything in out/demo/. It prints its address, a link that is good for once to sign in with, and what to try; Ctrl-C stops it, and the next demo goes on.',
      'Where there is no terminal, or CI is set, it ends by itself: it streams three million flights through one statement set, too, and shows what its jobs have done meanwhile. --terminal does that statement set alone, with live tables; its results are left in out/flights/ as Parquet and CSV.',
    ],
    arguments: [],
    options: [terminalOnly, once],
    examples: [
      { line: 'millrace demo', shows: 'serves live flights until Ctrl-C' },
      { line: 'millrace demo --terminal', shows: 'runs examples/flights-demo.sql and shows what it writes while it does' },
    ],
    run: async (input, environment) => {
      const { runDemo } = await import('./demo/demo.ts')
      return runDemo({ isTerminalOnly: input.values.has(terminalOnly.name), isOnce: input.values.has(once.name) }, environment)
    },
  },
  {
    name: 'bench',
    summary: 'measure the engine on this machine',
    about: [
      'Prints the machine, the version of Node, and for each query the run of middle CPU time: events a second, CPU-seconds of all threads, thousand events per CPU-second, the same net of the generator, the most memory, and how long checkpoints held rows back.',
      'Each run is a process of its own and durable: it takes checkpoints, and its sink writes every row as bytes that are added to a digest. The queries of nexmark are in examples/nexmark/.',
    ],
    arguments: [{ name: 'suite', summary: 'nexmark or flights', oneOf: ['nexmark', 'flights'] }],
    options: [events, runs, queries, workers, benchInterval, restore, json],
    examples: [{ line: 'millrace bench nexmark --events 1000000 --queries q0,q7', shows: 'measures two queries with a million events' }],
    run: async (input, environment) => {
      const { runBench } = await import('./bench/bench.ts')
      const options = {
        suite: firstArgument(input) === 'flights' ? ('flights' as const) : ('nexmark' as const),
        events: countOf(input, events),
        runs: countOf(input, runs),
        queries: (input.values.get(queries.name) ?? []).flatMap((names) => names.split(',').map((name) => name.trim())),
        workers: countOf(input, workers),
        checkpointInterval: optionValue(input, benchInterval),
        restores: input.values.has(restore.name),
        json: input.values.has(json.name),
      }
      return runBench(options, environment)
    },
  },
]

function settingsOf(input: CommandInput): Record<string, string> {
  const given = givenSettings(input)
  const folder = optionValue(input, dataDir)
  const interval = optionValue(input, checkpointInterval)
  const start = optionValue(input, fromCheckpoint)
  const isDurable = folder !== '' || (given['execution.checkpointing.dir'] ?? '') !== ''
  for (const row of [fromCheckpoint, savepointOnStop]) {
    if (!isDurable && input.values.has(row.name)) {
      throw usageErrors.CLI_OPTION_MISSING({ name: '--data-dir', purpose: `"--${row.name}"` })
    }
  }
  return {
    ...given,
    ...(start === '' ? {} : { 'execution.state-recovery.path': start }),
    ...(folder === '' ? {} : { 'execution.checkpointing.dir': folder }),
    ...(interval === '' ? {} : { 'execution.checkpointing.interval': interval }),
    ...(input.values.has(allowDroppedState.name) ? { 'execution.state-recovery.ignore-unclaimed-state': 'true' } : {}),
  }
}

/** The SQL gateway that runs the statements; empty: they run here. */
async function gatewayOf(input: CommandInput, environment: CliEnvironment): Promise<string> {
  const [where, name, url] = [engine, cluster, gateway].map((row) => optionValue(input, row)) as [string, string, string]
  if (where === 'spark' || where === 'storm') throw usageErrors.CLI_ENGINE_NOT_AVAILABLE({ engine: where })
  if (name !== '') refuseBeside(cluster, [gateway], input)
  if (where === 'embedded' && input.values.has(engine.name)) refuseBeside(engine, [cluster, gateway], input)
  if (where === 'flink' && name === '' && url === '')
    throw usageErrors.CLI_OPTION_MISSING({ name: '--cluster', purpose: '"--engine flink"' })
  return name === '' ? url : (await (await environment.openClusters()).withGateway(name)).gatewayUrl
}

/** The option that says that the statements run elsewhere. */
function elsewhereIn(input: CommandInput): OptionRow {
  return [cluster, gateway].find((row) => input.values.has(row.name)) ?? engine
}
