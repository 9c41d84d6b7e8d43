/** What `millrace cluster` can do; apart from the command, which is loaded when it is called. */
export const clusterActions = ['list', 'start', 'stop', 'add', 'remove'] as const
export const clusterSchedulers = ['default', 'adaptive'] as const
export type ClusterAction = (typeof clusterActions)[number]
