/** The command for jobs, on a Flink cluster or of a server, as a row of data. */

import { type CommandInput, type CommandRow, optionValue } from './arguments/command.ts'
import { clusterJobActions, jobActions, serverJobActions } from './arguments/job-actions.ts'
import { clusterJobOptions, clusterJobOptionsOf, fromSavepoint, jobName, jobParallelism } from './cluster-job-options.ts'
import type { CliEnvironment } from './environment.ts'
import { usageErrors } from './errors.ts'
import { programArgument } from './jar-options.ts'
import { serverJobOptions, serverJobOptionsOf } from './server-job-options.ts'
import { allowDroppedState, cluster, firstArgument, json, refuseBeside, server, set, workspace } from './shared-options.ts'

export const jobCommand: CommandRow = {
  name: 'job',
  summary: 'start jobs, look at them, change them and stop them: of a server, or on a Flink cluster',
  about: [
    'Without --cluster it speaks to the server that was signed in to (see millrace login). list: its jobs, those that fit --search, --state, --folder and --tag. show: what a job is and shall be, who said so and when, and why it failed. create: makes a job of a script; it does not run yet. change: makes a new version of it, tells what that does to its state, and refuses to lose any unless that is accepted; a job that runs goes on in the new version. rollback: the same with an earlier version, also what it tells and refuses. start, stop, restart, savepoint: ask for it, and wait with --wait. savepoints, versions, events, logs: what there is of them. partitions: where the partitions of its sources are read, and which one holds the watermark back, also after it has ended. remove: a job that has stopped, with its state. export: writes all jobs as files, for millrace apply.',
    'With --cluster, start: submits the one INSERT or statement set of a script, or what the main method of a JAR builds, and goes. Its id follows from its name: a start that is repeated finds the job that runs. show: its operators, checkpoints and failures. watch: the same again and again, with the rates of the time between; a cluster that does not answer is asked less often, and what was known last is shown with its age. rescale: gives a job that runs another parallelism, in place, and waits until it has it; the scheduler of the cluster has to be the adaptive one. savepoint: takes one and lets the job run on. stop: takes one and ends the job; repeated, it finds the same savepoint. cancel: ends it without one. list: all jobs that the cluster knows.',
    'A cluster or a server that does not answer says nothing of its jobs: the exit status is 3.',
  ],
  arguments: [
    { name: 'action', summary: jobActions.join(', '), oneOf: jobActions },
    {
      name: 'target',
      summary:
        'the name or the id of a job; of create, and of start on a cluster, a file of SQL statements, or there a JAR; of export a folder; not of list',
      optional: true,
    },
    { ...programArgument, summary: `of change a file, of rollback a version; ${programArgument.summary}` },
  ],
  options: [cluster, jobName, fromSavepoint, allowDroppedState, jobParallelism, json, set, ...serverJobOptions, ...clusterJobOptions],
  examples: [
    { line: 'millrace job create orders.sql --name orders', shows: 'makes a job of the server, and prints its id' },
    { line: 'millrace job start orders --wait 1min', shows: 'starts it, and waits until it runs' },
    { line: 'millrace job change orders orders.sql', shows: 'gives it the script as it is now, with what becomes of its state' },
    {
      line: 'millrace job start orders.sql --cluster dev --name orders',
      shows: 'starts it on a cluster, unless it runs, and prints its id',
    },
    {
      line: 'millrace job start app.jar --cluster dev --name app -- --topic orders',
      shows: 'starts the job of a JAR, whose main method gets --topic orders',
    },
  ],
  run: async (input, environment) => {
    if (optionValue(input, cluster) !== '') refuseBeside(cluster, serverJobOptions, input)
    const action = firstArgument(input)
    const isOfCluster = clusterJobActions.some((each) => each === action)
    if (optionValue(input, cluster) === '') {
      const status = await runOnServer(input, isOfCluster, environment)
      if (status !== null) return status
    } else if (!isOfCluster)
      throw usageErrors.CLI_ARGUMENT_VALUE({ name: 'action', expected: `${clusterJobActions.join(', ')} of a cluster`, got: action })
    const { runJobCommand } = await import('./job-command.ts')
    return runJobCommand(clusterJobOptionsOf(input), environment)
  },
}

/** Null where no server is known, and the action may have been meant for a cluster. */
async function runOnServer(input: CommandInput, isOfCluster: boolean, environment: CliEnvironment): Promise<number | null> {
  const { findServer } = await import('./server/server-link.ts')
  const isOfServer = serverJobActions.some((each) => each === firstArgument(input))
  if (!isOfServer) return null
  const extra = clusterJobOptions.find((row) => input.values.has(row.name))
  if (extra !== undefined && isOfCluster) return null
  const options = serverJobOptionsOf(input)
  const link = await findServer({ server: optionValue(input, server), workspace: optionValue(input, workspace) }, environment)
  if (link === null) {
    if (isOfCluster) return null
    throw usageErrors.CLI_SERVER_MISSING()
  }
  const { runServerJob } = await import('./server/run-server-job.ts')
  return runServerJob(link, options, environment)
}
