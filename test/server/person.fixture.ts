/** Somebody who speaks HTTP with a server: what comes back is held to the schema of its route. */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { Compile } from 'typebox/compile'
import { type AnswerOf, type Contract, loadServing, type Route } from '#api'

const { routes } = await loadServing()

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The code of the error; empty where there is none. */
  readonly code: string
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a text or bytes as they are. */
  readonly body?: unknown
}

export interface Input {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
}

/** What a server says of a call that fails. */
class CallError extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string

  constructor(status: number, code: string, text: string) {
    super(`${status} ${code}: ${text}`)
    this.status = status
    this.code = code
    this.detail = text
  }
}

interface Streamed {
  readonly id: string | null
  readonly data: unknown
}

const checks = new Map<string, ReturnType<typeof Compile>>()

/** Fails where an answer is not what the contract says. */
function assertAnswer(key: string, { answer }: Route, value: unknown): void {
  if (answer === null) return
  const check = checks.get(key) ?? Compile(answer)
  checks.set(key, check)
  if (check.Check(value)) return
  const [first] = check.Errors(value)
  throw new Error(
    `${key} answers what it does not declare: ${first?.instancePath} ${first?.message}: ${JSON.stringify(value).slice(0, 500)}`,
  )
}

export class Person {
  readonly port: number
  readonly #headers: Record<string, string>
  /** Connections of its own. */
  readonly #agent = new Agent({ keepAlive: false })

  constructor(port: number, headers: Readonly<Record<string, string>> = {}) {
    this.port = port
    this.#headers = { ...headers }
  }

  /** What is sent with each call. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers
  }

  signInByLink(body: object): Promise<this> {
    return this.#signIn('/api/v1/sign-in/link', body)
  }

  signIn(name: string, password: string): Promise<this> {
    return this.#signIn('/api/v1/sign-in', { name, password })
  }

  async #signIn(path: string, body: object): Promise<this> {
    const reply = await this.send('POST', path, { body })
    if (reply.status !== 200) throw new CallError(reply.status, reply.code, reply.text)
    this.#headers['cookie'] = String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? ''
    this.#headers['x-millrace-csrf'] = (JSON.parse(reply.text) as { csrfToken: string }).csrfToken
    return this
  }

  /** Sends what it is given, right or wrong. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Reply> {
    const message = await this.open(method, path, sent)
    message.setEncoding('utf8')
    let text = ''
    for await (const part of message) text += String(part)
    return { status: message.statusCode ?? 0, headers: message.headers, text, code: codeOf(text) }
  }

  /** Sends, and gives the answer when it begins. */
  open(method: string, path: string, { headers = {}, body }: Sent): Promise<IncomingMessage> {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const type = bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(bytes)) }
    const asked = request(
      { host: '127.0.0.1', port: this.port, method, path, agent: this.#agent, headers: { ...type, ...this.#headers, ...headers } },
      resolve,
    )
    asked.on('error', reject)
    asked.end(bytes)
    return promise
  }

  /** A route with its input; whatever comes back. */
  try(key: keyof Contract, input: Input = {}): Promise<Reply> {
    const [method = '', path = ''] = key.split(' ')
    return this.send(method, pathOf(path, input), { body: input.body })
  }

  /** Fails with a `CallError` where the call does. */
  async call<Key extends keyof Contract>(key: Key, input: Input = {}): Promise<AnswerOf<Contract[Key]>> {
    const { status, text, code } = await this.try(key, input)
    if (status >= 400) throw new CallError(status, code, text)
    const answer: unknown = text === '' ? null : JSON.parse(text)
    assertAnswer(key, routes[key], answer)
    return answer as AnswerOf<Contract[Key]>
  }

  /** The events of a stream. Who stops taking them goes away. */
  async *events<Key extends keyof Contract>(
    key: Key,
    input: Input = {},
  ): AsyncGenerator<{ readonly id: string | null; readonly data: AnswerOf<Contract[Key]> }, void, void> {
    const [method = '', path = ''] = key.split(' ')
    const message = await this.open(method, pathOf(path, input), {})
    try {
      if (message.statusCode !== 200) {
        message.setEncoding('utf8')
        let text = ''
        for await (const part of message) text += String(part)
        throw new CallError(message.statusCode ?? 0, codeOf(text), text)
      }
      for await (const { id, data } of eventsIn(message)) {
        assertAnswer(key, routes[key], data)
        yield { id, data: data as AnswerOf<Contract[Key]> }
      }
    } finally {
      message.destroy()
    }
  }
}

function pathOf(path: string, { params = {}, query = {} }: Input): string {
  const filled = path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? 'none'))
  const search = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString()
  return `/api/v1${filled}${search === '' ? '' : `?${search}`}`
}

function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { readonly error?: { readonly code?: string } }).error?.code ?? ''
  } catch {
    return ''
  }
}

async function* eventsIn(message: IncomingMessage): AsyncGenerator<Streamed, void, void> {
  message.setEncoding('utf8')
  let rest = ''
  for await (const part of message) {
    const blocks = (rest + String(part)).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n')
      const field = (name: string): string | null => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null
      const data = field('data')
      if (data !== null) yield { id: field('id'), data: JSON.parse(data) as unknown }
    }
  }
}
