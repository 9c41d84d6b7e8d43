/** A session of a SQL gateway elsewhere, whose requests are handed over as they are. */
import { type GatewayAddress, GatewayClient, type GatewayMethod } from '#engines'

export interface ForwardedRequest {
  readonly method: string
  /** The version of the interface that it is of. */
  readonly version: number
  /** Behind the version, with the query. */
  readonly path: string
  /** Undefined: none. */
  readonly body: unknown
}

export interface ForwardedAnswer {
  /** Of HTTP. */
  readonly status: number
  /** JSON. */
  readonly body: string
}

export class ForwardedSession {
  /** The name that it has there. */
  readonly handle: string
  readonly #client: GatewayClient

  private constructor(client: GatewayClient, handle: string) {
    this.#client = client
    this.handle = handle
  }

  static async open(address: GatewayAddress, properties: Readonly<Record<string, string>>): Promise<ForwardedSession> {
    const client = new GatewayClient(address)
    await client.connect()
    return new ForwardedSession(client, await client.openSession(properties))
  }

  /** Fails only where nothing answers. */
  async forward({ method, version, path, body }: ForwardedRequest): Promise<ForwardedAnswer> {
    const place = `/v${Math.min(version, this.#client.version)}${path}`
    const { status, text } = await this.#client.exchange(method as GatewayMethod, place, body)
    return { status, body: text }
  }

  /** Closes it there, as far as it can be reached. */
  async close(): Promise<void> {
    await this.#client.exchange('DELETE', `/sessions/${this.handle}`).catch(() => undefined)
  }
}
