/**
 * Signing in with an OpenID provider, by the code flow with PKCE: a browser is sent there with a state that only it holds, and comes back
 * with a code, for which the provider tells this server who it is.
 */

import { randomBytes } from 'node:crypto'
import type * as OpenId from 'openid-client'
import { type Clock, putNewest } from '#base'
import { apiErrors } from './errors.ts'

export interface OidcOptions {
  /** Such as `https://login.example.org`. */
  readonly issuer: string
  readonly clientId: string
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null
  /** What the button to it says. */
  readonly title: string
  /** What the provider has to say of who may come in; null: of nobody anything. */
  readonly required: { readonly claim: string; readonly value: string } | null
}

export interface ProvenIdentity {
  readonly issuer: string
  readonly subject: string
  readonly preferredName: string
  readonly displayName: string
}

/** Somebody who is away at the provider. */
interface Journey {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly redirectUri: string
  /** The page to come back to. */
  readonly to: string
  readonly begunAt: number
}

/** What the provider says of itself, with the library that speaks to it. */
interface Provider {
  readonly openId: typeof OpenId
  readonly config: OpenId.Configuration
}

const journeyMsMax = 600_000
const journeysMax = 10_000
const timeoutSeconds = 10

export class Oidc {
  readonly options: OidcOptions
  readonly #clock: Clock
  /** By what the browser holds. */
  readonly #journeys = new Map<string, Journey>()
  #provider: Promise<Provider> | null = null

  constructor(options: OidcOptions, clock: Clock) {
    this.options = options
    this.#clock = clock
  }

  /** Where to send a browser, and what it has to hold until it is back. */
  async begin(redirectUri: string, to: string): Promise<{ readonly location: string; readonly key: string }> {
    const { openId, config } = await this.#known()
    const verifier = openId.randomPKCECodeVerifier()
    const [state, nonce, key] = [openId.randomState(), openId.randomNonce(), randomBytes(32).toString('base64url')]
    const location = openId.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      state,
      nonce,
      code_challenge: await openId.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    putNewest(this.#journeys, key, { state, nonce, verifier, redirectUri, to, begunAt: this.#clock.nowMs() }, journeysMax)
    return { location: location.href, key }
  }

  /** Who came back, and the page that they want; `key` is what their browser holds, `query` what the provider sent along. */
  async end(key: string | null, query: string): Promise<{ readonly identity: ProvenIdentity; readonly to: string }> {
    const journey = this.#journeys.get(key ?? '')
    this.#journeys.delete(key ?? '')
    if (journey === undefined || this.#clock.nowMs() - journey.begunAt > journeyMsMax) throw apiErrors.API_OIDC_STRANGE()
    const { openId, config } = await this.#known()
    const { state, nonce, verifier, redirectUri, to } = journey
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
    let claims: Readonly<Record<string, unknown>> | undefined
    try {
      const address = new URL(redirectUri)
      address.search = query
      claims = (await openId.authorizationCodeGrant(config, address, checks)).claims()
    } catch (error) {
      throw apiErrors.API_OIDC_REFUSED({ title: this.options.title }, { detail: `${reasonOf(error)}.`, cause: error })
    }
    return { identity: this.#identityOf(claims ?? {}), to }
  }

  #identityOf(claims: Readonly<Record<string, unknown>>): ProvenIdentity {
    const { required, title } = this.options
    const text = (name: string): string => (typeof claims[name] === 'string' ? claims[name] : '')
    if (required !== null) {
      const said = [claims[required.claim]].flat().map(String)
      if (!said.includes(required.value)) throw apiErrors.API_OIDC_NOT_ALLOWED({ title })
    }
    const preferredName = text('preferred_username') || text('email') || text('nickname')
    return { issuer: text('iss'), subject: text('sub'), preferredName, displayName: text('name') || preferredName }
  }

  /** What the provider says of itself; asked again where it could not be had. */
  #known(): Promise<Provider> {
    const known = this.#provider ?? this.#discover()
    this.#provider = known
    known.catch(() => {
      if (this.#provider === known) this.#provider = null
    })
    return known
  }

  async #discover(): Promise<Provider> {
    const { issuer, clientId, clientSecret, title } = this.options
    // It takes a while to load, which only those wait for who come this way.
    const openId = await import('openid-client')
    const url = new URL(issuer)
    const proof = clientSecret === null ? openId.None() : openId.ClientSecretBasic(clientSecret)
    const isHere = url.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
    const execute = isHere ? [openId.allowInsecureRequests] : []
    try {
      return { openId, config: await openId.discovery(url, clientId, undefined, proof, { timeout: timeoutSeconds, execute }) }
    } catch (error) {
      throw apiErrors.API_OIDC_SILENT({ title }, { detail: `${reasonOf(error)}.`, cause: error })
    }
  }
}

/** Libraries say what went wrong within what went wrong. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
