/** What `millrace job` can do; apart from the command, which is loaded when it is called. */
export const jobActions = ['list', 'start', 'show', 'watch', 'rescale', 'savepoint', 'stop', 'cancel'] as const
export type JobAction = (typeof jobActions)[number]
export const claimModes = ['no-claim', 'claim'] as const
