/** What goes wrong with jobs, and with what is asked of them. */
import { defineErrors } from '#base'

export const jobErrors = defineErrors({
  JOBS_RUN_FAILED: { blame: 'external', message: 'the run failed, and its host does not say why' },
  JOBS_RUN_LOST: {
    blame: 'external',
    message: 'the run is gone, and its host does not know why',
    hint: 'Look into the log of the host: it may have been started anew, or have lost what it knew.',
  },
  JOBS_RUN_IN_THE_WAY: {
    blame: 'external',
    message: 'attempt {attempt} of job "{job}" has not ended',
    hint: 'A job has one run at a time: wait until it has ended.',
  },
  JOBS_HOST_UNKNOWN: { blame: 'external', message: 'nobody here knows how to reach engine "{engine}"', hint: 'Add its cluster again.' },
  JOBS_HOST_HANGS: { blame: 'external', message: 'it has not answered {calls} calls for the same thing yet' },
  JOBS_HOST_SILENT: { blame: 'external', message: 'it did not answer within {limit} ms' },
  JOBS_VARIABLE_VALUE: { blame: 'user', message: 'variable "{name}" of the script has no value' },
  JOBS_VARIABLES_LENGTH: {
    blame: 'user',
    message: 'the script has more than {limit} characters with the values of its variables',
    hint: 'Name long values less often.',
  },
  JOBS_VARIABLE_UNQUOTED: {
    blame: 'user',
    message: 'variable "{name}" stands without quotes, and its value is no number',
    hint: "Write '${{name}}' for a text and `${{name}}` for a name; without quotes a value is a number, TRUE, FALSE or NULL.",
  },
  JOBS_VARIABLE_TOUCHES: {
    blame: 'user',
    message: 'variable "{name}" stands without quotes right beside a word',
    hint: 'Put a blank between them, or the whole name into backticks.',
  },
  JOBS_VARIABLE_PLACE: {
    blame: 'user',
    message: 'variable "{name}" cannot stand in {place}',
    hint: "Use a text in plain quotes, as in '${{name}}'.",
  },
  JOBS_VARIABLE_LINE_BREAK: { blame: 'user', message: 'variable "{name}" stands in a name, and its value has a line break' },
  JOBS_SPEC_TEXT: { blame: 'user', message: '{field} of the job: expected {expected}, got {got}' },
  JOBS_SPEC_NAME: {
    blame: 'user',
    message: '{field} "{name}" of the job has blanks at an end, or characters that cannot be seen',
  },
  JOBS_SPEC_FOLDER: {
    blame: 'user',
    message: 'folder "{folder}" of the job has a part without a name',
    hint: 'Write it like sales/daily, or leave it empty.',
  },
  JOBS_SPEC_NUMBER: { blame: 'user', message: '{field} of the job: expected a whole number from {least} to {most}, got {got}' },
  JOBS_SETTING_OWN: { blame: 'user', message: 'setting "{key}" of a job is made by the server' },
  JOBS_SECRET_PLAIN: {
    blame: 'user',
    message: '{noun} "{key}" of the job would show a secret',
    hint: 'Keep the secret apart, and name it here as ${secret:name}.',
  },
  JOBS_VARIABLE_NAME: {
    blame: 'user',
    message: '"{name}" is no name of a variable',
    hint: 'Use letters, digits, "_", "-" and ".", with a letter or "_" first.',
  },
  JOBS_NAME_TAKEN: { blame: 'user', message: 'there is a job "{name}" already', hint: 'Give another name, or change that job.' },
  JOBS_COUNT_MAX: { blame: 'user', message: 'the workspace has {most} jobs already', hint: 'Remove jobs that nobody needs.' },
  JOBS_JOB_NOT_FOUND: { blame: 'user', message: 'job "{job}" does not exist in this workspace' },
  JOBS_VERSION_NOT_FOUND: { blame: 'user', message: 'job "{name}" has no version {version}' },
  JOBS_VERSION_CHANGED: {
    blame: 'user',
    message: 'job "{name}" has changed: expected version {expected}, and it is {version} now',
    hint: 'Look at what changed, then repeat the change.',
  },
  JOBS_SCRIPT: { blame: 'user', message: 'the script of the job does not run: {reason}' },
  JOBS_STATE_DROPPED: {
    blame: 'user',
    message: 'the new version would lose state of {operators}',
    hint: 'Accept that, or change the script so that they stay as they are.',
  },
  JOBS_ENGINE_BUSY: {
    blame: 'user',
    message: 'job "{name}" cannot go to engine "{engine}" while it is {state}',
    hint: 'Stop it first, and wait until it has stopped.',
  },
  JOBS_ENGINE_STATE: {
    blame: 'user',
    message: 'engine "{engine}" cannot go on with the state that job "{name}" has on engine "{other}"',
    hint: 'Start it from nothing.',
  },
  JOBS_NOT_RUNNING: { blame: 'user', message: 'job "{name}" is {state}, and a savepoint is taken of one that runs' },
  JOBS_NOT_STOPPED: { blame: 'user', message: 'job "{name}" is {state}, and only one that has stopped is removed', hint: 'Stop it first.' },
  JOBS_LEAVING: { blame: 'user', message: 'job "{name}" is being removed' },
  JOBS_SAVEPOINT_NOT_FOUND: { blame: 'user', message: 'savepoint "{savepoint}" does not exist in this workspace' },
  JOBS_SAVEPOINT_OPEN: { blame: 'user', message: 'savepoint "{savepoint}" is {state}' },
  JOBS_SAVEPOINT_NEEDED: {
    blame: 'user',
    message: 'savepoint "{savepoint}" is where the state of job "{name}" begins',
    hint: 'Start the job from another state first.',
  },
  JOBS_CURSOR: { blame: 'user', message: 'the place to go on from is of another list', hint: 'Begin again at the first page.' },
})
