/** What goes wrong with servers of Flink, and what they say of statements and jobs. */
import { defineErrors } from '#base'

export const flinkErrors = defineErrors({
  ENGINE_FLINK_ADDRESS: { blame: 'user', message: '"{url}" is no address of a gateway', hint: 'It is like http://127.0.0.1:8083.' },
  ENGINE_FLINK_UNREACHABLE: {
    blame: 'external',
    message: 'the {server} at {url} does not answer',
    hint: 'Look whether it runs, and whether the address is right.',
  },
  ENGINE_FLINK_ANSWER: { blame: 'external', message: 'the server at {url} does not answer as a {server} does' },
  ENGINE_FLINK_UNAUTHORIZED: {
    blame: 'user',
    message: 'the {server} at {url} wants to know who asks',
    hint: 'Give the headers that it wants in FLINK_REST_CLIENT_HEADERS, such as "Authorization:Bearer …".',
  },
  ENGINE_FLINK_VALUE: { blame: 'external', message: 'the SQL gateway gave a {type} that cannot be shown: "{value}"' },
  ENGINE_FLINK_NOT_THERE: { blame: 'user', message: 'the cluster has no such thing: {reason}' },
  ENGINE_FLINK_PLAN: { blame: 'external', message: 'the plan of the job is not as Flink is known to give it' },
  ENGINE_FLINK_JOB_ENDED: { blame: 'user', message: 'job {job} has ended: {state}' },
  ENGINE_FLINK_SAVEPOINT: { blame: 'external', message: 'no savepoint of job {job} was taken: {reason}' },
  ENGINE_FLINK_EDITS: {
    blame: 'user',
    message: '"{place}" does not hold edits of a topology',
    hint: 'Remove it, and make the edits again with millrace topology edit.',
  },
  ENGINE_FLINK_SCHEDULER: {
    blame: 'user',
    message: 'the scheduler of the cluster does not change jobs while they run',
    hint: 'Start the cluster with "jobmanager.scheduler: adaptive" in its configuration, or stop the job and start it again.',
  },
  ENGINE_FLINK_SLOTS: {
    blame: 'user',
    message: 'the job needs {needed} slots, and {free} are there for it',
    hint: 'Give the cluster more task managers or slots (taskmanager.numberOfTaskSlots), or the job less parallelism.',
  },
  ENGINE_FLINK_BUFFERS: {
    blame: 'user',
    message: 'the job needs {needed} network buffers to begin, and all task managers have {all}',
    hint: 'Give task managers more of them (taskmanager.memory.network.max), or the job less parallelism.',
  },
  ENGINE_FLINK_TASK_FIXED: {
    blame: 'user',
    message: 'the scheduler of the cluster gives task {task} no parallelism of its own',
    hint: 'With "jobmanager.scheduler: adaptive" it would; else what reads or writes a table alone can be edited. Edits are taken back with --parallelism ID=.',
  },
  ENGINE_FLINK_TABLE_FIXED: {
    blame: 'user',
    message: 'the {kind} of table "{table}" has no option for its parallelism',
    detail: 'Of connector "{connector}" none is known.',
    hint: 'With "jobmanager.scheduler: adaptive" the cluster could give each task a parallelism of its own.',
  },
  ENGINE_FLINK_TABLE_TEMPORARY: { blame: 'user', message: 'temporary table "{table}" cannot be altered to edit its parallelism' },
  ENGINE_FLINK_VERTEX_NOT_FOUND: { blame: 'user', message: 'the job has no vertex "{vertex}"' },
  ENGINE_FLINK_PARALLELISM: {
    blame: 'user',
    message: 'vertex {vertex} has at most {max} subtasks, got {got}',
    hint: 'It is set when a job is started for the first time (pipeline.max-parallelism).',
  },
  ENGINE_FLINK_RESCALE: {
    blame: 'external',
    message: 'job {job} has not taken its new parallelism in {seconds} s',
    hint: 'It may still do so: look at it with millrace job show.',
  },
  ENGINE_FLINK_REFUSED: { blame: 'user', message: 'the {server} refused: {reason}' },
})
