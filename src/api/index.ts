export { ApiClient, type ClientOptions } from './client.ts'
export { allHandlers, type ServerParts } from './handlers/all.ts'
export type { TopologyAnswer } from './handlers/jobs.ts'
export { type RunningServer, type ServeOptions, serve } from './server.ts'
