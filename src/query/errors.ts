/** Errors of running statements. */
import { defineErrors } from '#base'

export const queryErrors = defineErrors({
  QUERY_PLAN_TOO_DEEP: {
    blame: 'user',
    message: 'the statement stands on too many queries, one upon the other',
    hint: 'Write what a part of them gives to a table, and go on from there.',
  },
  QUERY_PATTERN_ESCAPE: {
    blame: 'user',
    message: 'pattern "{pattern}" has a backslash that escapes nothing',
    hint: 'Write \\% for a percent sign, \\_ for an underscore and \\\\ for a backslash.',
  },
  QUERY_SHOW_NOT_SUPPORTED: { blame: 'user', message: 'SHOW {what} is not supported yet' },
  QUERY_SHOW_OTHER_KIND: {
    blame: 'user',
    message: '"{name}" is a {kind}, not a {expected}',
    hint: 'Write SHOW CREATE {word} {name}.',
  },
  QUERY_FUNCTION_NOT_FOUND: {
    blame: 'user',
    message: 'function "{name}" does not exist',
    hint: 'SHOW USER FUNCTIONS lists those that were created; SHOW FUNCTIONS lists all.',
  },
  QUERY_SIDE_TABLE_NOT_FOUND: { blame: 'user', message: 'table "{name}" for {rows} does not exist' },
  QUERY_SIDE_TABLE_COLUMNS: { blame: 'user', message: 'table "{table}" cannot take {rows}: {problem}' },
  QUERY_DEAD_LETTERS_NOT_KEPT: { blame: 'user', message: 'the script keeps no dead letters' },
  QUERY_DEAD_LETTERS_UNREADABLE: {
    blame: 'user',
    message: 'dead letters in table "{table}" of connector "{connector}" cannot be read',
    detail: 'The connector does not read what it has written.',
  },
  QUERY_REPLAY_TABLE_NOT_FOUND: { blame: 'user', message: 'table "{table}", whose dead letters are to be replayed, does not exist' },
  QUERY_REPLAY_UNSUPPORTED: {
    blame: 'user',
    message: 'dead letters of table "{table}" cannot be replayed',
    detail: 'Its connector "{connector}" does not take messages back.',
    hint: 'Look at them with `millrace deadletter show`, and bring them to where the table is read from.',
  },
  QUERY_JOB_FAILED: {
    blame: 'external',
    message: 'job {job} failed on the cluster',
    hint: 'The exceptions of the job, in the web page of its cluster, say why.',
  },
  QUERY_JOB_UNKNOWN: {
    blame: 'external',
    message: 'the gateway does not say how job {job} is',
    hint: 'It may go on: look at the web page of the cluster, or ask with SHOW JOBS.',
  },
  QUERY_JOB_NOT_FOUND: { blame: 'user', message: 'the cluster knows no job "{job}"' },
  QUERY_CONNECTION_ELSEWHERE: {
    blame: 'user',
    message: 'connections cannot be shown or changed on Flink',
    detail: 'It does not know them: tables are sent with the options of the connections that they use.',
    hint: 'Make the connection anew with CREATE CONNECTION, and then its tables; the options of a table are shown by SHOW CREATE TABLE.',
  },
  QUERY_CONNECTION_SECRET: {
    blame: 'user',
    message: 'secret "{name}" of a connection is not given to Flink',
    detail: 'Secrets are not looked up on clusters.',
    hint: 'Run the script on the embedded engine, or let the cluster find the value by itself, as in its own configuration of catalogs.',
  },
  QUERY_CONNECTION_NOT_FOUND: {
    blame: 'user',
    message: 'connection "{connection}" does not exist',
  },
  QUERY_CONNECTION_OPTION: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" has another value in connection "{connection}"',
    detail: 'What a connection says is the same for all tables that use it.',
    hint: 'Leave it out of the table, or use a connection that has another "{key}".',
  },
  QUERY_JOB_SCRIPT: {
    blame: 'user',
    message: 'a job is one INSERT or one statement set at the end of its script, got {count}',
    hint: 'Put several INSERT statements between EXECUTE STATEMENT SET BEGIN and END.',
  },
  QUERY_JOB_STATEMENT: {
    blame: 'user',
    message: 'a job has no place for this statement: {statement}',
    hint: 'Before its INSERT stand definitions and settings. Its name is told by --name.',
  },
  QUERY_PLAN_UNSEEN: {
    blame: 'user',
    message: 'the gateway does not write its plan where this machine reads it',
    hint: 'Add the cluster with --plan-folder, a folder that its gateway and this machine both have under one name, or write hints (STATE_TTL) in the script.',
  },
  QUERY_PLAN_COMPILE: {
    blame: 'user',
    message: 'this job has no compiled plan, by which state of single operators is edited',
    hint: 'Write hints (STATE_TTL) in the script instead, and take the edits away with millrace topology edit.',
  },
  QUERY_JOB_STATE_DROPPED: {
    blame: 'user',
    message: '"{from}" has state of operator {operator}, for which the script has no place',
    hint: 'It may be of another job, or the script may have changed: millrace topology show names its operators. To leave that state behind, give --allow-dropped-state.',
  },
  QUERY_JOB_ID: {
    blame: 'external',
    message: 'the cluster gave job "{name}" an id of its own, {got}',
    hint: 'A repeated start would not find it, so it was cancelled.',
  },
  QUERY_WORK_MOVED: {
    blame: 'user',
    message: 'the work goes on as {successor} already',
    hint: 'Where that job has ended, start it again from its savepoint or its last checkpoint, without the folder of the work here.',
  },
  QUERY_WORK_FINISHED: { blame: 'user', message: 'the work has come to its end: there is nothing to go on with' },
  QUERY_WORK_APPENDS: {
    blame: 'user',
    message: '{tables} would get rows twice',
    hint: 'Work moves where nothing is kept and its tables can be read on, or where all that it writes has a primary key by which rows replace themselves.',
  },
  QUERY_WORK_START_LOST: {
    blame: 'user',
    message: '{tables} cannot be read again from where the work began',
    hint: "Kafka tables can that begin at 'earliest-offset', a time or given offsets.",
  },
  QUERY_SETTING_NOT_FOUND: { blame: 'user', message: 'setting "{key}" does not exist' },
  QUERY_SETTING_FIXED: {
    blame: 'user',
    message: 'setting "{key}" cannot be set here',
    detail: 'Whoever runs the statement has decided it.',
  },
  QUERY_SETTING_VALUE: { blame: 'user', message: 'setting "{key}" expects {expected}, got "{value}"' },
  QUERY_FUNCTION_FILE: { blame: 'user', message: 'could not load the function file "{file}"' },
  QUERY_FUNCTION_RESULT: { blame: 'user', message: 'function {name} gave {got}, expected {expected}' },
  QUERY_FUNCTION_ACCUMULATOR: { blame: 'user', message: 'function {name} keeps {got} in its accumulator, expected {expected}' },
  QUERY_FUNCTION_EXPORT: { blame: 'user', message: 'file "{file}" does not export "{name}"' },
  QUERY_FUNCTION_DECLARATION: { blame: 'user', message: 'export "{name}" of "{file}" is no function declaration: expected {expected}' },
})
