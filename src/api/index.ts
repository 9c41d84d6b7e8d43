export { ApiClient, type ClientOptions } from './client.ts'
export { allHandlers, type ServerParts } from './handlers/all.ts'
export { type RunningServer, serve, type ServeOptions } from './server.ts'
