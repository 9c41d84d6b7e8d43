/** What `millrace checkpoint` can do; apart from the command, which is loaded when it is called. */
export const checkpointActions = ['list', 'show', 'verify', 'export'] as const
export type CheckpointAction = (typeof checkpointActions)[number]
