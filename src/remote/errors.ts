/** What goes wrong with jobs on clusters elsewhere. */
import { defineErrors } from '#base'

export const remoteErrors = defineErrors({
  REMOTE_CLUSTER_TROUBLE: { blame: 'external', message: 'cluster "{cluster}" cannot be used now: {reason}' },
  REMOTE_START_REFUSED: { blame: 'external', message: 'cluster "{cluster}" did not take the job: {reason}' },
  REMOTE_CHECKPOINTS_LOST: {
    blame: 'user',
    message: 'cluster "{cluster}" keeps no checkpoints that outlive a run',
    hint: 'Set execution.checkpointing.dir in the configuration of the cluster to a folder that all of its processes see.',
  },
  REMOTE_FUNCTION: {
    blame: 'user',
    message: 'function "{name}" is written in TypeScript, which Flink does not run',
    hint: 'Run the job on the embedded engine, or write it without this function.',
  },
  REMOTE_SECRET: {
    blame: 'user',
    message: 'secret "{name}" of the server is not given to clusters',
    hint: 'Run the job on the embedded engine, or let the cluster find the value by itself, as in its own configuration of catalogs.',
  },
  REMOTE_STATE_DROPPED: {
    blame: 'user',
    message: 'the state to begin with has operator {operator}, for which the script has no place',
    hint: 'Accept that this state is dropped, or change the script so that the operator stays as it was.',
  },
  REMOTE_RUN_FAILED: { blame: 'external', message: 'the run failed on cluster "{cluster}": {reason}' },
  REMOTE_RUN_ABSENT: { blame: 'external', message: 'attempt {attempt} of the job does not run' },
  REMOTE_END_UNTOLD: { blame: 'external', message: 'the cluster does not say yet how attempt {attempt} ended' },
  REMOTE_SAVEPOINT_FAILED: { blame: 'external', message: 'no savepoint was taken: {reason}' },
  REMOTE_DISPOSAL_FAILED: {
    blame: 'external',
    message: 'cluster "{cluster}" did not remove "{place}": {reason}',
  },
})
