/** What `millrace job` can do, apart from the command, which is loaded when it is called. */
/** Of jobs on a cluster. */
export const clusterJobActions = ['list', 'start', 'show', 'watch', 'rescale', 'savepoint', 'stop', 'cancel'] as const
export type ClusterJobAction = (typeof clusterJobActions)[number]
/** Of jobs that a server keeps running. */
export const serverJobActions = [
  'list',
  'show',
  'create',
  'change',
  'start',
  'stop',
  'restart',
  'savepoint',
  'savepoints',
  'versions',
  'rollback',
  'logs',
  'partitions',
  'events',
  'remove',
  'export',
] as const
export type ServerJobAction = (typeof serverJobActions)[number]
export const jobActions = [...new Set([...clusterJobActions, ...serverJobActions])] as const
export const jobStates = ['stopped', 'starting', 'running', 'stopping', 'backing-off', 'finished', 'failed'] as const
export const claimModes = ['no-claim', 'claim'] as const
