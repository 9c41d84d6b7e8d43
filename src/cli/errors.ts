/** Errors of the command line and of the files that it names. */
import { defineErrors, type MillraceError } from '#base'

/** The command line itself is wrong: exit status 2. */
export const usageErrors = defineErrors({
  CLI_COMMAND_NOT_FOUND: { blame: 'user', message: 'command "{name}" does not exist' },
  CLI_OPTION_NOT_FOUND: { blame: 'user', message: 'option "{name}" does not exist in "{command}"' },
  CLI_OPTION_VALUE: { blame: 'user', message: 'option "{name}" expects {expected}, got {got}' },
  CLI_ARGUMENT_MISSING: { blame: 'user', message: 'argument <{name}> of "{command}" is missing' },
  CLI_ARGUMENT_VALUE: { blame: 'user', message: 'argument <{name}> expects {expected}, got "{got}"' },
  CLI_ARGUMENT_UNEXPECTED: { blame: 'user', message: 'argument "{got}" is one too many for "{command}"' },
  CLI_OPTION_BESIDE: { blame: 'user', message: 'option "{name}" means nothing beside "{other}"' },
  CLI_OPTION_MISSING: { blame: 'user', message: 'option "{name}" is missing, which {purpose} needs' },
  CLI_OPTION_WITHOUT_JAR: {
    blame: 'user',
    message: '"{name}" is only for a JAR',
    hint: 'The name of a JAR ends in .jar. A script has its settings in SET statements.',
  },
  CLI_ENGINE_NOT_AVAILABLE: {
    blame: 'user',
    message: 'engine "{engine}" is not built yet',
    hint: 'Statements run embedded, or on a Flink cluster.',
  },
  CLI_STATEMENT_NOT_FOUND: { blame: 'user', message: 'statement {number} has no checkpoints in "{place}"' },
  CLI_VERTEX: {
    blame: 'user',
    message: 'no single task has an id that begins with "{id}"',
    hint: 'Tasks are shown with their ids by millrace topology show.',
  },
  CLI_SLOT_SHARING_GROUP: {
    blame: 'user',
    message: 'operators of a script cannot be given slot sharing groups',
    detail:
      'Up to version 2.3 Flink has no setting, hint or field of a compiled plan for them: all tasks of a statement share their slots.',
    hint: 'To keep tasks apart, make two jobs of them with a topic between, or a JAR, whose program names groups by slotSharingGroup("name").',
  },
  CLI_TOPOLOGY_JAR: {
    blame: 'user',
    message: 'the tasks of a JAR are edited in its program only',
    hint: 'It has setParallelism, setMaxParallelism, slotSharingGroup, disableChaining and uid for each operator. millrace job rescale changes a job that runs.',
  },
  CLI_STATEFUL_OPERATOR: { blame: 'user', message: 'no single operator that keeps state has an id that begins with "{id}"' },
  CLI_STATE: { blame: 'user', message: 'operator {id} keeps no "{state}"' },
  CLI_SETTING_VALUE: { blame: 'user', message: '{problem}' },
  CLI_FILE_NOT_FOUND: { blame: 'user', message: 'file "{path}" does not exist' },
  CLI_FILE_IS_DIRECTORY: { blame: 'user', message: '"{path}" is a directory, expected a file of SQL statements' },
  CLI_SERVER_MISSING: {
    blame: 'user',
    message: 'no server is known here',
    hint: 'Sign in with millrace login URL, or set MILLRACE_SERVER and MILLRACE_TOKEN. A Flink cluster is named by --cluster.',
  },
  CLI_SERVER_ADDRESS: {
    blame: 'user',
    message: '"{address}" is no address of a server',
    hint: 'Write it like https://millrace.example.org, without a path, a name or a password.',
  },
  CLI_SERVER_PLAIN: {
    blame: 'user',
    message: 'the token would go to "{host}" in plain text',
    detail: 'Whoever is on the way there could read it, and then do all that it may do.',
    hint: 'Use https://, or accept that with --insecure-http, for variables with MILLRACE_INSECURE_HTTP=1.',
  },
  CLI_TOKEN_MISSING: { blame: 'user', message: 'there is no token of {url}', hint: 'Set MILLRACE_TOKEN beside MILLRACE_SERVER.' },
  CLI_TOKEN_VALUE: { blame: 'user', message: 'what was given is no token', hint: 'Give the token alone, as the server has shown it.' },
  CLI_JOB_NOT_FOUND: { blame: 'user', message: 'job "{name}" does not exist in workspace "{workspace}"' },
  CLI_JOB_HEADER: {
    blame: 'user',
    message: '"{key}" of the header expects {expected}, got {got}',
    hint: 'Look into docs/guide/server.md, which tells what stands in a header.',
  },
  CLI_JOB_HEADER_PLACE: {
    blame: 'user',
    message: '"{key}" stands behind other lines than those of the header',
    hint: 'Put it among the first lines of the file, or write the comment otherwise.',
  },
  CLI_CATALOG_NAME: { blame: 'user', message: 'there are {count} things called "{name}", expected one' },
  CLI_APPLY_TWICE: { blame: 'user', message: 'job "{name}" stands in "{one}" and in "{other}"' },
  CLI_APPLY_STATEMENT: {
    blame: 'user',
    message: '{kind} cannot be applied from a file of the catalog',
    hint: 'Such files have CREATE TABLE, VIEW, CONNECTION, DATABASE and CATALOG, USE and SET.',
  },
  CLI_APPLY_CONNECTOR: {
    blame: 'user',
    message: 'the connector of connection "{name}" cannot be changed while tables use it',
    hint: 'Make another connection, and let the tables use that one.',
  },
  CLI_APPLY_STATE: {
    blame: 'user',
    message: 'job "{name}" would lose state',
    hint: 'Accept that with --accept-dropped-state.',
  },
  CLI_WORKSPACE: { blame: 'user', message: 'the token is for {known}, not for workspace "{workspace}"' },
  CLI_TESTS_NOT_FOUND: {
    blame: 'user',
    message: 'there is no test in "{path}"',
    hint: 'Files of tests end in .sqltest. docs/guide/testing.md shows how they are written.',
  },
})

export const cliErrors = defineErrors({
  CLI_WAIT_TIME: { blame: 'external', message: 'job "{name}" is {state} after {limit}, and was waited for until it is {wanted}' },
  CLI_JOB_FAILED: {
    blame: 'user',
    message: 'job "{name}" has failed',
    hint: 'Look at it with millrace job show, and at what it wrote with millrace job logs.',
  },
  CLI_SAVEPOINT_FAILED: { blame: 'external', message: 'savepoint {id} of job "{name}" has failed' },
  CLI_FILE_UNREADABLE: { blame: 'external', message: 'could not read "{path}"' },
  CLI_FILE_NOT_UTF8: { blame: 'user', message: '"{path}" is not UTF-8 text', hint: 'Save the script as UTF-8.' },
  CLI_FILE_TOO_LARGE: {
    blame: 'user',
    message: '"{path}" is larger than the limit of a script, {limitMb} MB',
    hint: 'Keep data in files that tables read, and only statements in the script.',
  },
  CLI_FILE_UNWRITABLE: { blame: 'external', message: 'could not write "{path}"' },
  CLI_OUTPUT_FAILED: { blame: 'external', message: 'could not write the answer' },
  CLI_COMMAND_FAILED: { blame: 'external', message: 'could not start "{command}"' },
  CLI_DEMO_FOLDER: { blame: 'external', message: 'could not keep the demo in "{folder}"' },
  CLI_DEMO_JOBS: {
    blame: 'external',
    message: 'the jobs of the demo had no rows within {seconds} s',
    hint: 'Remove the folder out/demo to begin anew.',
  },
  CLI_DATA_NOT_FOUND: { blame: 'external', message: 'the data of this command is not installed' },
})

export function isUsageError(error: MillraceError): boolean {
  return Object.hasOwn(usageErrors, error.code)
}
