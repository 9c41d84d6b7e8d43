export { type GatewayServer, type ServerOptions, serveGateway } from './server.ts'
