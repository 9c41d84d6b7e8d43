export { type OpenServer, openServer, type ServerOptions, type SignInLink } from './open-server.ts'
