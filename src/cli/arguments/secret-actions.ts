/** What `millrace secret` can do; apart from the command, which is loaded when it is called. */
export const secretActions = ['set', 'list', 'remove'] as const
export type SecretAction = (typeof secretActions)[number]
