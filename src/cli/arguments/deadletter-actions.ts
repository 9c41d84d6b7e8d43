/** What `millrace deadletter` can do; apart from the command, which is loaded when it is called. */
export const deadletterActions = ['list', 'show', 'replay'] as const
export type DeadletterAction = (typeof deadletterActions)[number]
