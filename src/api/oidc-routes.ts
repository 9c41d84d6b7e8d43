/** The two pages between which somebody is away at an OpenID provider. What goes wrong is told by the page to sign in with. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Access } from '#access'
import { MillraceError } from '#base'
import type { Gate } from './gate.ts'
import type { Oidc } from './oidc.ts'

interface OidcDoor {
  readonly access: Access
  readonly gate: Gate
  readonly oidc: Oidc
  readonly publicUrl: string | null
  /** Told what is ours to mend. */
  readonly failed: (error: unknown) => void
}

const callback = '/oidc/callback'

export function addOidc(app: FastifyInstance, { access, gate, oidc, publicUrl, failed }: OidcDoor): void {
  /** Back to where one signs in, with what went wrong. */
  const refuse = (reply: FastifyReply, error: unknown): FastifyReply => {
    const isKnown = error instanceof MillraceError && error.blame !== 'internal'
    if (!isKnown || error.blame === 'external') failed(error)
    return reply.redirect(`/sign-in?problem=${isKnown ? error.code : 'API_FAILED'}`)
  }

  app.get('/oidc/start', async (request, reply) => {
    gate.admit(request, 'anyone')
    const to = (request.query as Readonly<Record<string, unknown>>)['to']
    try {
      const origin = publicUrl ?? `http://${request.headers.host ?? ''}`
      const { location, key } = await oidc.begin(`${origin}${callback}`, ownPage(to))
      gate.holdKey(reply, key, 'journey')
      return await reply.header('cache-control', 'no-store').redirect(location)
    } catch (error) {
      return refuse(reply, error)
    }
  })

  app.get(callback, async (request, reply) => {
    gate.admit(request, 'anyone')
    const held = gate.browserKeyOf(request, 'journey')
    gate.holdKey(reply, null, 'journey')
    void reply.header('cache-control', 'no-store')
    try {
      const [, query = ''] = request.url.split('?', 2)
      const { identity, to } = await oidc.end(held, query)
      const { key } = await access.signInByIdentity(identity, request.ip)
      gate.holdKey(reply, key)
      return await reply.redirect(to)
    } catch (error) {
      return refuse(reply, error)
    }
  })
}

/** A page of this server, and of no other, whatever the address says. */
function ownPage(to: unknown): string {
  const here = 'http://here'
  const url = typeof to === 'string' ? URL.parse(to, here) : null
  return url?.origin === here && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/'
}
