/** What `millrace topology` can do; apart from the command, which is loaded when it is called. */
export const topologyActions = ['show', 'edit', 'diff'] as const
export type TopologyAction = (typeof topologyActions)[number]
