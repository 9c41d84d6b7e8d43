export { type OpenServer, openServer, type ServerOptions } from './open-server.ts'
