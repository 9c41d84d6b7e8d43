/** What the commands need from outside; main.ts puts the real things in. */
import type { ApiClient, ClientOptions, OidcOptions } from '#api'
import type { Clock } from '#base'
import type { Clusters } from '#clusters'
import type { GatewayServer, ServerOptions } from '#gateway'
import type { CheckpointPlace, InsertWatch, QuerySession, RemoteJobs, RemoteSession } from '#query'
import type { ServerOptions as MillraceServerOptions, OpenServer } from '#server'
import type { Screen } from './output/screen.ts'
import type { Terminal } from './terminal/terminal.ts'

export interface CliEnvironment {
  readonly screen: Screen
  readonly terminal: Terminal
  readonly clock: Clock
  readonly version: string
  /** The folder that holds examples/ and package.json. */
  readonly root: string
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Opens a session with settings under Flink's keys; fails on a key or value that does not exist. */
  createSession(settings: Readonly<Record<string, string>>, watch?: InsertWatch): Promise<QuerySession>
  /** The checkpoints that durable runs keep at an address, by statement; fails when there are none. */
  findCheckpoints(address: string): Promise<CheckpointPlace[]>
  /** The clusters that have names. */
  openClusters(): Promise<Clusters>
  /** The jobs of a cluster that has this name; started ones get the settings. */
  openJobs(cluster: string, settings: Readonly<Record<string, string>>): Promise<RemoteJobs>
  /** The secrets of the user. */
  openSecrets(): Promise<SecretKeeper>
  /** Opens a session of the SQL gateway at an address, with settings under Flink's keys. */
  openRemote(url: string, settings: Readonly<Record<string, string>>): Promise<RemoteSession>
  /** Serves Flink's SQL gateway, with sessions as `createSession` opens them. */
  serveGateway(options: Pick<ServerOptions, 'host' | 'port' | 'cluster' | 'token' | 'failed' | 'jobFailed'>): Promise<GatewayServer>
  /** Opens a server that keeps jobs running; an empty folder is the usual one. */
  openServer(
    options: Pick<
      MillraceServerOptions,
      'dataFolder' | 'host' | 'port' | 'storeAddress' | 'publicUrl' | 'signInLinkFor' | 'liveLimits' | 'failed'
    > & {
      readonly oidc: Omit<OidcOptions, 'clientSecret'> | null
    },
  ): Promise<OpenServer>
  /** The servers that the user has signed in to. */
  openLogins(): Promise<LoginKeeper>
  /** A client of a server. */
  openApi(options: ClientOptions): Promise<ApiClient>
  /** What clients of the gateway have to know. */
  gatewayToken(): Promise<{ readonly value: string; readonly file: string | null }>
  /** The text of a file, or of standard input for `-`. */
  readText(path: string): Promise<string>
  /** Calls back on Ctrl-C and when the process is asked to end; returns what stops that. */
  onInterrupt(callback: () => void): () => void
  /** Ends the process at once, for a second Ctrl-C. */
  exit(status: number): void
}

/** What keeps the secrets that tables name. */
interface SecretKeeper {
  names(): readonly string[]
  set(name: string, value: string): void
  remove(name: string): void
}

/** A server that the user has signed in to. */
interface Login {
  readonly url: string
  readonly token: string
  readonly workspace: string
}

/** What keeps addresses and tokens of servers. */
interface LoginKeeper {
  all(): ReadonlyMap<string, Login>
  /** The server of a name; for an empty one that which was signed in to last, or null. */
  find(name: string): Login | null
  keep(name: string, login: Login): void
  /** Gives the name of the server that is forgotten. */
  remove(name: string): string
}

/** What it takes to say what went wrong. */
export type ReportEnvironment = Pick<CliEnvironment, 'screen' | 'variables'>

/** Exit status of the process. */
export const exitStatus = { done: 0, statement: 1, usage: 2, outside: 3, ours: 70, interrupted: 130 } as const
