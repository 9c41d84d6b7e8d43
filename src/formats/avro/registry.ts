/** What a schema registry answers (its REST interface, version 1), and how answers are asked for again while that may help. */
import { type Clock, GivenUp, retrying, shortened } from '#base'
import { avroErrors } from './errors.ts'

/** Sends one request; fails with Unanswered where no answer came. */
export interface RegistryClient {
  /** Address without secrets, for errors. */
  readonly url: string
  send(method: 'GET' | 'POST', path: string, body: string | null): Promise<RegistryAnswer>
  /** Time passes, and chance, as the client has them. */
  readonly clock: Clock
  sleep(durationMs: number): Promise<void>
  random(): number
  close(): Promise<void>
}
export interface RegistryAnswer {
  readonly status: number
  readonly text: string
}

/** No answer came; `isLasting` where asking again is of no use, as with a host that does not exist. */
export class Unanswered extends Error {
  readonly isLasting: boolean

  constructor(why: string, isLasting: boolean) {
    super(why)
    this.isLasting = isLasting
  }
}

/** An answer that asks for patience. */
class Busy extends Error {}

export interface RegisteredSchema {
  readonly text: string
  /** Such as AVRO. */
  readonly kind: string
  /** Texts of the schemas it refers to, those that others need first. */
  readonly references: readonly string[]
}

const retryMsMax = 60_000
const firstPauseMs = 200
const referencesMax = 100

type Json = Readonly<Record<string, unknown>>

export class Registry {
  readonly #client: RegistryClient
  #isClosed = false

  constructor(client: RegistryClient) {
    this.#client = client
  }

  get clock(): Clock {
    return this.#client.clock
  }

  /** The schema of an id; null where there is none. */
  async schemaOf(id: number): Promise<RegisteredSchema | null> {
    const answer = await this.#ask('GET', `/schemas/ids/${id}`, null)
    if (answer.status === 404 && isNotFound(answer)) return null
    return this.#schemaIn(this.#accepted(answer), new Map())
  }

  /** Registers a schema at a subject, if it is not there yet, and returns its id. */
  async register(subject: string, schema: string): Promise<number> {
    const answer = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}/versions`, JSON.stringify({ schema }))
    if (answer.status === 409) {
      throw avroErrors.FORMATS_REGISTRY_SCHEMA_INCOMPATIBLE({ subject }, { detail: `It said: ${saidIn(answer)}` })
    }
    return this.#idIn(answer)
  }

  /** The id of a schema that is at a subject; null where it is not. */
  async find(subject: string, schema: string): Promise<number | null> {
    const answer = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}`, JSON.stringify({ schema }))
    return answer.status === 404 && isNotFound(answer) ? null : this.#idIn(answer)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#client.close()
  }

  #idIn(answer: RegistryAnswer): number {
    const { id } = this.#accepted(answer)
    if (typeof id !== 'number') throw this.#refused('It gave no id.')
    return id
  }

  async #schemaIn(json: Json, seen: Map<string, string>): Promise<RegisteredSchema> {
    const { schema, schemaType, references } = json
    if (typeof schema !== 'string') throw this.#refused('It gave no schema.')
    for (const reference of Array.isArray(references) ? (references as readonly Json[]) : []) {
      const path = `/subjects/${encodeURIComponent(String(reference['subject']))}/versions/${Number(reference['version'])}`
      if (seen.has(path) || seen.size >= referencesMax) continue
      // Noted before it is read, in case it refers to itself; and put behind what it refers to.
      seen.set(path, '')
      const found = await this.#schemaIn(this.#accepted(await this.#ask('GET', path, null)), seen)
      seen.delete(path)
      seen.set(path, found.text)
    }
    return {
      text: schema,
      kind: typeof schemaType === 'string' ? schemaType : 'AVRO',
      references: [...seen.values()].filter((text) => text !== ''),
    }
  }

  #accepted(answer: RegistryAnswer): Json {
    const json = jsonIn(answer)
    if (answer.status === 200 && json !== null) return json
    const said = saidIn(answer)
    const hint =
      answer.status === 401 || answer.status === 403
        ? "Check 'avro-confluent.basic-auth.user-info' or 'avro-confluent.bearer-auth.token'."
        : answer.status === 404
          ? "Check the path in 'avro-confluent.url'."
          : undefined
    throw this.#refused(`It answered with status ${answer.status}${said === '' ? '.' : `: ${said}`}`, hint)
  }

  #refused(detail: string, hint?: string): Error {
    return avroErrors.FORMATS_REGISTRY_REFUSED({ url: this.#client.url }, { detail, hint })
  }

  async #ask(method: 'GET' | 'POST', path: string, body: string | null): Promise<RegistryAnswer> {
    const { clock, url } = this.#client
    const attempt = async (): Promise<RegistryAnswer> => {
      const answer = await this.#client.send(method, path, body)
      if (answer.status === 429 || answer.status >= 500) throw new Busy(`status ${answer.status}`)
      return answer
    }
    const pause = (error: unknown) => {
      const helps = error instanceof Busy || (error instanceof Unanswered && !error.isLasting)
      return helps && !this.#isClosed ? firstPauseMs : null
    }
    const patience = { clock, retryMsMax, sleep: (ms: number) => this.#client.sleep(ms), random: () => this.#client.random() }
    try {
      return await retrying(attempt, pause, patience)
    } catch (error) {
      const last = error instanceof GivenUp ? error.cause : error
      if (!(last instanceof Busy || last instanceof Unanswered)) throw error
      const tried =
        error instanceof GivenUp ? `Tried ${error.tries} times in ${Math.round(error.tookMs / 1000)} s; the last failure was: ` : ''
      throw avroErrors.FORMATS_REGISTRY_UNREACHABLE({ url }, { detail: `${tried}${last.message}.` })
    }
  }
}

/** Whether an answer is the registry's own word that something is not there. A plain 404 is that of a path which does not exist. */
function isNotFound(answer: RegistryAnswer): boolean {
  const code = jsonIn(answer)?.['error_code']
  return typeof code === 'number' && code > 40_400 && code < 40_500
}

function jsonIn(answer: RegistryAnswer): Json | null {
  try {
    const json: unknown = JSON.parse(answer.text)
    return typeof json === 'object' && json !== null ? (json as Json) : null
  } catch {
    return null
  }
}

function saidIn(answer: RegistryAnswer): string {
  const message = jsonIn(answer)?.['message']
  return typeof message === 'string' ? shortened(message.replaceAll(/\s+/g, ' '), 500) : ''
}
