/** Signing in with a real OpenID provider, which runs beside the server. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Millrace } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const slow = { timeout: 90_000 }

let provider: Server
let millrace: Millrace
let ada: Person

beforeAll(async () => {
  provider = createServer()
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const required = { claim: 'groups', value: 'data' }
  const oidc = { issuer, clientId: 'millrace', clientSecret: 'a long secret of the client', title: 'Example', required }
  millrace = await Millrace.create({ oidc })
  const groups = (id: string): string[] => (id === 'mallory@elsewhere.org' ? ['guests'] : ['people', 'data'])
  const openId = new Provider(issuer, {
    clients: [
      {
        client_id: oidc.clientId,
        client_secret: oidc.clientSecret,
        redirect_uris: [`http://127.0.0.1:${millrace.port}/oidc/callback`],
      },
    ],
    claims: { openid: ['sub', 'groups', 'name', 'preferred_username'], profile: [], email: [] },
    conformIdTokenClaims: false,
    cookies: { keys: ['cookies of the provider'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, groups: groups(id), name: `Mx ${id}`, preferred_username: id }),
    }),
  })
  const answer = openId.callback()
  provider.on('request', (request, response) => void answer(request, response))
})
afterAll(async () => {
  await millrace.remove()
  provider.close()
  provider.closeAllConnections()
})

/** A browser that follows what it is told, with the cookies of each server. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>()
  /** Where it was sent, one after another. */
  readonly places: URL[] = []

  async go(address: string | URL, form?: Readonly<Record<string, string>>): Promise<Response> {
    const url = new URL(address)
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>()
    this.#cookies.set(url.host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = form === undefined ? null : new URLSearchParams(form)
    const method = form === undefined ? 'GET' : 'POST'
    const response = await fetch(url, { method, body, redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) return response
    const next = new URL(location, url)
    this.places.push(next)
    return isPage(next) ? response : this.go(next)
  }

  /** Signs in at the provider as somebody, from the page of the server to where it leads in the end. */
  async signIn(name: string, to = '/'): Promise<URL | undefined> {
    const login = await this.go(`http://127.0.0.1:${millrace.port}/oidc/start?to=${encodeURIComponent(to)}`)
    const consent = await this.go(actionOf(await login.text()), { prompt: 'login', login: name, password: 'any' })
    const asked = await consent.text()
    if (asked.includes('consent')) await this.go(actionOf(asked), { prompt: 'consent' })
    return this.places.at(-1)
  }

  async me(): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const response = await this.go(`http://127.0.0.1:${millrace.port}/api/v1/me`)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
}

/** Pages of the console itself are not looked at here. */
function isPage(url: URL): boolean {
  return url.port === String(millrace.port) && !url.pathname.startsWith('/oidc/')
}

function actionOf(html: string): string {
  const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(html) ?? []
  return action.replaceAll('&amp;', '&')
}

test('nobody comes in this way before the first administrator', slow, async () => {
  const place = await new Browser().signIn('early@example.org')
  expect(place?.searchParams.get('problem')).toBe('ACCESS_FIRST_ADMIN_MISSING')
  ada = await millrace.admin()
})

describe('who is known to the provider', () => {
  test('comes in as a person without roles, comes back to the page, and is the same one again', slow, async () => {
    const first = new Browser()
    const place = await first.signIn('grace.hopper@example.org', '/w/main/jobs?state=running')
    expect(`${place?.pathname}${place?.search}`).toBe('/w/main/jobs?state=running')
    expect((await first.me()).body).toMatchObject({
      name: 'grace.hopper',
      displayName: 'Mx grace.hopper@example.org',
      isServerAdmin: false,
      memberships: [],
    })
    const again = new Browser()
    await again.signIn('grace.hopper@example.org')
    expect((await again.me()).body).toMatchObject({ name: 'grace.hopper' })
    const { items } = await ada.call('GET /users')
    expect(items.find(({ name }) => name === 'grace.hopper')).toMatchObject({ source: 'oidc', isActive: true })
  })

  test('never becomes somebody who is called the same', slow, async () => {
    const browser = new Browser()
    await browser.signIn('ada@example.org')
    expect((await browser.me()).body).toMatchObject({ name: 'ada-2', isServerAdmin: false })
  })

  test('is out once nobody lets them in any more', slow, async () => {
    const browser = new Browser()
    await browser.signIn('leaver@example.org')
    await ada.call('PATCH /users/:user', { params: { user: 'leaver' }, body: { isActive: false } })
    expect((await browser.me()).status).toBe(401)
    expect((await new Browser().signIn('leaver@example.org'))?.searchParams.get('problem')).toBe('ACCESS_USER_INACTIVE')
  })

  test('but lacks what the server asks for stays out', slow, async () => {
    const browser = new Browser()
    const place = await browser.signIn('mallory@elsewhere.org')
    expect([place?.pathname, place?.searchParams.get('problem')]).toEqual(['/sign-in', 'API_OIDC_NOT_ALLOWED'])
    expect((await browser.me()).status).toBe(401)
  })
})

describe('what does not come from here', () => {
  test.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', ''])(
    '%j is no page to come back to',
    slow,
    async (to) => {
      const place = await new Browser().signIn('careful@example.org', to)
      expect([place?.host, place?.pathname]).toEqual([`127.0.0.1:${millrace.port}`, '/'])
    },
  )

  test('the way back of another browser, or one that was gone already, signs nobody in', slow, async () => {
    const victim = new Browser()
    const attacker = new Browser()
    await attacker.signIn('attacker@example.org')
    const back = attacker.places.find(({ pathname }) => pathname === '/oidc/callback')
    for (const browser of [victim, attacker]) {
      await browser.go(String(back))
      expect(browser.places.at(-1)?.searchParams.get('problem')).toBe('API_OIDC_STRANGE')
    }
    expect((await victim.me()).status).toBe(401)
  })

  test('a code that the provider did not give is told as refused', slow, async () => {
    const browser = new Browser()
    await browser.go(`http://127.0.0.1:${millrace.port}/oidc/start`)
    const state = browser.places[0]?.searchParams.get('state') ?? ''
    await browser.go(`http://127.0.0.1:${millrace.port}/oidc/callback?code=made-up&state=${state}`)
    expect(browser.places.at(-1)?.searchParams.get('problem')).toBe('API_OIDC_REFUSED')
  })
})

test('the page to sign in with names the provider', slow, async () => {
  expect(await millrace.stranger().call('GET /sign-in')).toEqual({ needsFirstAdmin: false, oidc: { title: 'Example' } })
})

test('without a provider nobody is sent anywhere', slow, async () => {
  const other = await Millrace.create()
  expect((await other.stranger().send('GET', '/oidc/start')).status).toBe(404)
  await other.remove()
})

test('a provider that cannot be reached is told, and asked again the next time', slow, async () => {
  const oidc = { issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: null, title: 'Gone', required: null }
  const other = await Millrace.create({ oidc })
  const reply = await other.stranger().send('GET', '/oidc/start')
  expect(reply.headers.location).toBe('/sign-in?problem=API_OIDC_SILENT')
  expect(other.failures).toMatchObject([{ code: 'API_OIDC_SILENT' }])
  await other.remove()
})
