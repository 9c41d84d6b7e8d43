/** Speaks HTTP with a schema registry: the one file of this room that touches the outside world. */
import { readFileSync } from 'node:fs'
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { type Clock, systemClock, timerMs } from '#base'
import type { RegistryAddress } from './confluent-options.ts'
import { avroErrors } from './errors.ts'
import { type RegistryAnswer, type RegistryClient, Unanswered } from './registry.ts'

const answerBytesMax = 16 * 1024 * 1024
const socketsMax = 4

/** Failures that do not pass by themselves. */
const lasting: ReadonlySet<string> = new Set(['ENOTFOUND', 'ERR_INVALID_URL', 'EPROTO', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])

export class HttpRegistry implements RegistryClient {
  readonly clock: Clock = systemClock
  readonly url: string
  readonly #address: RegistryAddress
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent }
  readonly #open = new Set<ClientRequest>()
  readonly #sleeping = new Set<() => void>()
  /** Which of several addresses answered last. */
  #current = 0
  #isClosed = false

  constructor(address: RegistryAddress) {
    this.url = address.urls.join(',')
    this.#address = address
    const kept = { keepAlive: true, maxSockets: socketsMax }
    this.#agents = { http: new HttpAgent(kept), https: new HttpsAgent({ ...kept, ...identity(address) }) }
  }

  async send(method: 'GET' | 'POST', path: string, body: string | null): Promise<RegistryAnswer> {
    const { urls } = this.#address
    try {
      return await this.#sendTo(urls[this.#current % urls.length] ?? '', method, path, body)
    } catch (error) {
      this.#current++
      throw error
    }
  }

  #sendTo(base: string, method: 'GET' | 'POST', path: string, body: string | null): Promise<RegistryAnswer> {
    const { authorization, timeoutMs } = this.#address
    const isSecure = base.startsWith('https:')
    const kind = 'application/vnd.schemaregistry.v1+json'
    const headers = {
      accept: `${kind}, application/json`,
      ...(authorization === null ? {} : { authorization }),
      ...(body === null ? {} : { 'content-type': kind, 'content-length': Buffer.byteLength(body) }),
    }
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new Unanswered('it was closed', true))
        return
      }
      const options = { method, headers, agent: isSecure ? this.#agents.https : this.#agents.http, timeout: timerMs(timeoutMs) }
      const sent = (isSecure ? httpsRequest : httpRequest)(`${base}${path}`, options, (answer) => receive(answer, resolve, reject))
      this.#open.add(sent)
      const timer = setTimeout(() => sent.destroy(new Error(`no whole answer within ${timeoutMs} ms`)), timerMs(timeoutMs))
      sent.on('error', (error) => reject(unanswered(error)))
      sent.on('close', () => {
        clearTimeout(timer)
        this.#open.delete(sent)
        reject(new Unanswered('the connection was closed', this.#isClosed))
      })
      sent.end(body ?? undefined)
    })
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#sleeping.delete(end)
        resolve()
      }
      const timer = setTimeout(end, this.#isClosed ? 0 : timerMs(durationMs))
      this.#sleeping.add(end)
    })
  }

  random(): number {
    return Math.random()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const sent of this.#open) sent.destroy(new Error('closed'))
    for (const end of this.#sleeping) end()
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }
}

function receive(answer: IncomingMessage, resolve: (answer: RegistryAnswer) => void, reject: (error: Error) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  answer.on('data', (chunk: Buffer) => {
    length += chunk.length
    chunks.push(chunk)
    if (length > answerBytesMax) answer.destroy(new Error(`an answer of more than ${answerBytesMax} bytes`))
  })
  answer.on('error', (error) => reject(unanswered(error)))
  answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
}

/** Foreign errors may quote what was sent: only their code, or a text of our own, is passed on. */
function unanswered(error: Error & { readonly code?: string }): Unanswered {
  const { code } = error
  if (code === undefined) return new Unanswered(error.message, false)
  const isLasting = lasting.has(code) || code.startsWith('ERR_SSL') || code.includes('CERT') || code.includes('VERIFY')
  return new Unanswered(words[code] ?? code, isLasting)
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'a refused connection',
  ECONNRESET: 'a connection that was reset',
  ENOTFOUND: 'a host that does not exist',
  EPROTO: 'an answer that is not TLS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'a certificate that is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'a certificate that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'a certificate that is not trusted',
}

/** What TLS needs of the files that options name. */
function identity({ trustedFile, keyFile, keyPassword }: RegistryAddress): Record<string, unknown> {
  const ca = trustedFile === null ? null : fileOf(trustedFile, 'ssl.truststore.location')
  const key = keyFile === null ? null : fileOf(keyFile, 'ssl.keystore.location')
  if (ca !== null && !isPem(ca)) throw unreadableFile(trustedFile ?? '', 'ssl.truststore.location', 'Expected certificates in PEM.')
  if (key !== null && key.readUInt32BE(0) === javaKeyStore) {
    throw unreadableFile(keyFile ?? '', 'ssl.keystore.location', 'Expected PKCS #12 or PEM, got a Java key store.')
  }
  const passphrase = keyPassword === null ? {} : { passphrase: keyPassword }
  return {
    ...(ca === null ? {} : { ca }),
    ...(key === null ? {} : isPem(key) ? { cert: key, key, ...passphrase } : { pfx: key, ...passphrase }),
  }
}

const javaKeyStore = 0xfeedfeed

function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN')
}

function fileOf(file: string, key: string): Buffer {
  try {
    const bytes = readFileSync(file)
    if (bytes.length < 4) throw unreadableFile(file, key, 'It is empty.')
    return bytes
  } catch (error) {
    if (error instanceof Error && 'blame' in error) throw error
    throw unreadableFile(file, key, error instanceof Error ? `${error.message}.` : undefined)
  }
}

function unreadableFile(file: string, key: string, detail: string | undefined): Error {
  return avroErrors.FORMATS_REGISTRY_FILE_UNREADABLE({ file, key: `avro-confluent.${key}` }, { detail })
}
