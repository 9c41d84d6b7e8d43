/** Lets requests in: who calls, whether the request was meant to be sent, how often, and with what right. Nobody has read its body by then. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Access, accessErrors, assertMay, assertServerAdmin, type Caller } from '#access'
import type { Clock } from '#base'
import { isSameSecret } from '#secrets'
import type { Right } from './contract/route.ts'
import { apiErrors } from './errors.ts'
import { RateLimit } from './rate-limit.ts'

export interface GateOptions {
  readonly access: Access
  readonly clock: Clock
  /** How people reach the server, such as `https://millrace.example.org`; null: by the address that it listens at. */
  readonly publicUrl: string | null
}

/** Requests of a second. */
const callsMax = 3000
const anonymousCallsMax = 30

/** What browsers hold: of who is signed in, and of who is away to sign in elsewhere. */
type Held = 'session' | 'journey'
const heldSeconds: Readonly<Record<Held, number>> = { session: 604_800, journey: 600 }

const nobody: Caller = { name: '', displayName: '', isServerAdmin: false, csrfToken: null, roles: new Map() }

export class Gate {
  readonly #access: Access
  readonly #origin: string | null
  readonly #host: string | null
  readonly #isSecure: boolean
  readonly #callers: RateLimit
  readonly #strangers: RateLimit

  constructor({ access, clock, publicUrl }: GateOptions) {
    const url = publicUrl === null ? null : new URL(publicUrl)
    this.#access = access
    this.#origin = url?.origin ?? null
    this.#host = url?.host ?? null
    this.#isSecure = url?.protocol === 'https:'
    this.#callers = new RateLimit(callsMax, clock)
    this.#strangers = new RateLimit(anonymousCallsMax, clock)
  }

  /** The caller with the right that a route wants; fails where there is none. */
  admit(request: FastifyRequest, right: Right): Caller {
    this.#assertOwnHost(request)
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    if (!isReading) this.#assertOwnOrigin(request)
    const caller = right === 'anyone' ? nobody : this.#callerOf(request)
    if (caller === nobody) {
      this.#strangers.take(request.ip)
      return caller
    }
    this.#callers.take(caller.name)
    if (!isReading && caller.csrfToken !== null) assertCsrf(request, caller.csrfToken)
    assertRight(caller, request, right)
    return caller
  }

  /** Whether who sent a request may still do what it was let in for. */
  isStillGood(request: FastifyRequest, right: Right): boolean {
    if (right === 'anyone') return true
    try {
      assertRight(this.#findCaller(request), request, right)
      return true
    } catch {
      return false
    }
  }

  /** What the browser holds; null where it holds nothing. */
  browserKeyOf(request: FastifyRequest, what: Held = 'session'): string | null {
    return request.cookies[this.#cookieOf(what)] ?? null
  }

  /** Lets the browser hold a key; null: forget it. */
  holdKey(reply: FastifyReply, key: string | null, what: Held = 'session'): void {
    const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: this.#isSecure } as const
    if (key === null) void reply.clearCookie(this.#cookieOf(what), options)
    else void reply.setCookie(this.#cookieOf(what), key, { ...options, maxAge: heldSeconds[what] })
  }

  /** A browser sends it over TLS, and to this host alone, where that can be had. */
  #cookieOf(what: Held): string {
    return this.#isSecure ? `__Host-millrace_${what}` : `millrace_${what}`
  }

  #findCaller(request: FastifyRequest): Caller {
    const token = bearerOf(request)
    const key = this.browserKeyOf(request)
    if (token !== null) return this.#access.callerOfToken(token)
    if (key === null) throw accessErrors.ACCESS_SIGN_IN_NEEDED()
    return this.#access.callerOfBrowser(key)
  }

  #callerOf(request: FastifyRequest): Caller {
    try {
      return this.#findCaller(request)
    } catch (error) {
      this.#strangers.take(request.ip)
      throw error
    }
  }

  /** Browsers say which page sends a request. */
  #assertOwnOrigin({ headers }: FastifyRequest): void {
    const { origin, host = '' } = headers
    if (origin !== undefined && origin !== (this.#origin ?? `http://${host}`)) throw apiErrors.API_ORIGIN({ origin })
  }

  /** A name that somebody else points at this machine is none of ours: his pages would speak to us as our own. */
  #assertOwnHost({ headers }: FastifyRequest): void {
    const host = (headers.host ?? '').toLowerCase()
    const name = host.replace(/:\d+$/, '')
    const isAddress = /^\[[0-9a-f:.]+\]$/.test(name) || /^\d+\.\d+\.\d+\.\d+$/.test(name)
    if (name !== 'localhost' && !isAddress && host !== this.#host) throw apiErrors.API_HOST({ host })
  }
}

/** The token that a request shows; empty where it shows something else, null where it shows nothing. */
export function bearerOf({ headers }: FastifyRequest): string | null {
  const { authorization = '' } = headers
  return authorization === '' ? null : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '')
}

function assertRight(caller: Caller, { params }: FastifyRequest, right: Right): void {
  if (right === 'administer-server') assertServerAdmin(caller)
  else if (right !== 'signed-in' && right !== 'anyone') assertMay(caller, right, (params as Record<string, string>)['workspace'] ?? '')
}

/** A page of another site can have a cookie sent along, but cannot know this. */
function assertCsrf({ headers }: FastifyRequest, csrfToken: string): void {
  if (!isSameSecret(String(headers['x-millrace-csrf'] ?? ''), csrfToken)) throw apiErrors.API_CSRF()
}
