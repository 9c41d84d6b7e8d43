/** Errors of runs and sessions in processes of their own. */
import { defineErrors } from '#base'

export const processErrors = defineErrors({
  PROCESSES_START_FAILED: { blame: 'external', message: 'could not start a process' },
  PROCESSES_READY_LATE: { blame: 'external', message: 'a new process was not ready within {seconds} s' },
  PROCESSES_PROCESS_ENDED: { blame: 'external', message: 'the process ended before its work, with status {status}' },
  PROCESSES_PROCESS_KILLED: {
    blame: 'external',
    message: 'the process was ended from outside, by {signal}',
    hint: 'Where the machine had no memory left, its system log says so.',
  },
  PROCESSES_PROCESS_CRASHED: { blame: 'internal', message: 'the process crashed, with {signal}' },
  PROCESSES_PROCESS_LOST: {
    blame: 'external',
    message: 'the process ended while no server was there to see it',
    detail: 'It left no word of its end.',
  },
  PROCESSES_PROCESS_STUCK: {
    blame: 'user',
    message: 'the process did not end when it was asked to, and was ended by force',
    detail: 'What it wrote since its last commit is dropped.',
  },
  PROCESSES_PROTOCOL_BROKEN: { blame: 'internal', message: 'a process sent what the server does not understand' },
  PROCESSES_MEMORY_EXHAUSTED: {
    blame: 'user',
    message: 'the process needed more memory than the {limit} that it may have',
    hint: 'Let the statement keep less at a time, or give processes more memory.',
  },
  PROCESSES_ROW_TOO_LONG: {
    blame: 'user',
    message: 'a row is longer than the {limit} characters that can be shown',
    hint: 'Select fewer columns, or only a part of a long one.',
  },
  PROCESSES_ANSWER_UNREAD: {
    blame: 'user',
    message: 'the text answers more than anybody reads',
    hint: 'Run its statements in smaller parts.',
  },
  PROCESSES_WORKERS: {
    blame: 'user',
    message: 'a run may have {limit} workers here, got {count}',
    hint: "SET 'parallelism.default' to less.",
  },
  PROCESSES_NAME: {
    blame: 'user',
    message: '{what} "{name}" cannot name a folder',
    hint: 'Use up to 128 letters, digits, hyphens and underscores, the first one a letter or digit.',
  },
  PROCESSES_RECORD_DAMAGED: {
    blame: 'external',
    message: 'record "{name}" in "{place}" is damaged',
    hint: 'Remove it when the run that it tells of is gone for good.',
  },
  PROCESSES_RUN_ABSENT: { blame: 'user', message: 'attempt {attempt} of job "{job}" does not run' },
  PROCESSES_RUN_OVER: { blame: 'external', message: 'the run ended before a savepoint of it could be taken' },
  PROCESSES_SAVEPOINT_IN_PROGRESS: { blame: 'user', message: 'savepoint "{savepointId}" is being taken' },
  PROCESSES_HOST_CLOSED: { blame: 'external', message: 'the server is about to end' },
  PROCESSES_LOG_CURSOR: { blame: 'user', message: '"{cursor}" is no place in a log' },
  PROCESSES_SESSIONS_FULL: {
    blame: 'external',
    message: 'the server has its {limit} sessions already',
    hint: 'Close one that nobody needs, or wait until one is closed.',
  },
  PROCESSES_SESSIONS_OF_PERSON: {
    blame: 'user',
    message: '{limit} sessions of yours are open, which is as many as may be',
    hint: 'Close one that nobody needs; one that is not used closes by itself after a while.',
  },
  PROCESSES_SESSION_NOT_FOUND: { blame: 'user', message: 'session "{session}" does not exist' },
  PROCESSES_SESSION_CLOSED: { blame: 'user', message: 'the session is closed' },
  PROCESSES_SESSION_BUSY: {
    blame: 'user',
    message: 'the session did not answer within {seconds} s',
    hint: 'A statement keeps it to itself: stop it, or close the session.',
  },
  PROCESSES_SESSION_IDLE: { blame: 'user', message: 'the session was closed, since nobody used it for {minutes} min' },
  PROCESSES_STATEMENTS_FULL: {
    blame: 'user',
    message: 'the session has {limit} statements already that run or wait',
    hint: 'Stop one of them, or open another session.',
  },
  PROCESSES_STATEMENT_NOT_FOUND: { blame: 'user', message: 'statement "{statement}" does not exist in the session' },
  PROCESSES_EVENT_GONE: { blame: 'user', message: 'event {after} was not told, or what follows it is gone' },
})
