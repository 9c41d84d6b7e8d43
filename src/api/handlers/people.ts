/** Signing in, people, tokens and workspaces. */
import { type Access, accessErrors, type Caller } from '#access'
import type { Handlers } from '../call.ts'
import type { peopleRoutes } from '../contract/people-routes.ts'
import type { AnswerOf } from '../contract/route.ts'
import type { Oidc } from '../oidc.ts'
import { pageOfEntries } from '../paging.ts'

type PeopleRoutes = typeof peopleRoutes
type UserAnswer = AnswerOf<PeopleRoutes['PATCH /users/:user']>
type TokenAnswer = AnswerOf<PeopleRoutes['GET /workspaces/:workspace/tokens']>[number]

const usersInPage = 50

export function peopleHandlers(access: Access, version: string, oidc: Oidc | null): Handlers<PeopleRoutes> {
  const { people, workspaces } = access

  const meOf = ({ name, displayName, isServerAdmin, csrfToken, roles }: Caller): AnswerOf<PeopleRoutes['GET /me']> => {
    const titles = new Map(workspaces.all().map(({ id, value }) => [id, value.title]))
    const memberships = [...roles].map(([workspace, role]) => ({ workspace, title: titles.get(workspace) ?? workspace, role }))
    return { name, displayName, isServerAdmin, memberships, csrfToken: csrfToken ?? '' }
  }

  const userOf = (name: string): UserAnswer => {
    const { displayName, isServerAdmin, isActive, source, createdAt } = people.find(name)
    return { name, displayName, isServerAdmin, isActive, source, createdAt, lastSeenAt: access.lastSeenAt(name) }
  }

  return {
    'GET /health': () => ({ ready: true, version }),
    'GET /sign-in': () => ({ needsFirstAdmin: people.needsFirstAdmin, oidc: oidc === null ? null : { title: oidc.options.title } }),
    'POST /sign-in': async ({ body, address, holdKey }) => {
      const { key, caller } = await access.signIn(body.name, body.password, address)
      holdKey(key)
      return meOf(caller)
    },
    'POST /sign-in/link': async ({ body, address, holdKey }) => {
      const { key, caller } = await access.signInByLink(body.link, body, address)
      holdKey(key)
      return meOf(caller)
    },
    'POST /sign-out': async ({ browserKey, holdKey }) => {
      if (browserKey !== null) await access.signOut(browserKey)
      holdKey(null)
      return null
    },
    'GET /me': ({ caller }) => meOf(caller),
    'PUT /me/password': async ({ caller, browserKey, body }) => {
      await access.changePassword(caller, browserKey, body.current, body.password)
      return null
    },
    'GET /users': ({ query }) => {
      const names = people
        .all()
        .map(({ id }) => id)
        .sort()
      const rest = query.cursor === undefined ? names : names.filter((name) => name > (query.cursor ?? ''))
      const page = rest.slice(0, query.limit ?? usersInPage)
      return { items: page.map(userOf), next: page.length < rest.length ? (page.at(-1) ?? null) : null, total: names.length }
    },
    'POST /users': async ({ caller, body }) => {
      await people.add(body.name, body, caller.name)
      const { key, expiresAt } = await access.createLink(body.name, caller.name)
      return { user: userOf(body.name), link: key, linkExpiresAt: expiresAt }
    },
    'PATCH /users/:user': async ({ caller, params, body }) => {
      const { isActive, ...others } = body
      await people.change(params.user, others, caller.name)
      if (isActive !== undefined) await access.setActive(params.user, isActive, caller.name)
      return userOf(params.user)
    },
    'GET /workspaces': ({ caller }) =>
      workspaces
        .all()
        .flatMap(({ id, value }) => (caller.roles.has(id) ? [{ name: id, title: value.title, createdAt: value.createdAt }] : [])),
    'POST /workspaces': async ({ caller, body }) => ({ name: body.name, ...(await workspaces.create(body.name, body.title, caller.name)) }),
    'GET /workspaces/:workspace/members': ({ params }) =>
      workspaces
        .members(params.workspace)
        .flatMap(({ user, role }) => (people.active(user) === null ? [] : [{ user, displayName: people.find(user).displayName, role }])),
    'PUT /workspaces/:workspace/members/:user': async ({ caller, params, body }) => {
      if (people.active(params.user) === null) throw accessErrors.ACCESS_USER_NOT_FOUND({ name: params.user })
      await workspaces.setMember(params.workspace, params.user, body.role, caller.name)
      return null
    },
    'DELETE /workspaces/:workspace/members/:user': async ({ caller, params }) => {
      await workspaces.setMember(params.workspace, params.user, null, caller.name)
      return null
    },
    'GET /workspaces/:workspace/tokens': ({ params }) =>
      workspaces.tokens(params.workspace).map(({ id, value }) => tokenOf(params.workspace, id, value)),
    'POST /workspaces/:workspace/tokens': async ({ caller, params, body }) => {
      const { id, token, secret } = await workspaces.createToken(params.workspace, body, caller.name)
      return { token: tokenOf(params.workspace, id, token), secret }
    },
    'DELETE /workspaces/:workspace/tokens/:token': async ({ caller, params }) => {
      await workspaces.removeToken(params.workspace, params.token, caller.name)
      return null
    },
    'GET /workspaces/:workspace/audit': async ({ params, query }) =>
      pageOfEntries(
        query,
        (options) =>
          access.auditEntries(params.workspace, { ...options, ...(query.subject === undefined ? {} : { subject: query.subject }) }),
        ({ sequence, writtenAt, writtenBy, workspace, subject, value }) => ({
          sequence,
          at: writtenAt,
          by: writtenBy,
          workspace,
          subject,
          ...value,
        }),
      ),
  }
}

/** What is kept of a token, but for its hash. */
function tokenOf(
  workspace: string,
  id: string,
  { hash: _hash, ...token }: Omit<TokenAnswer, 'id' | 'workspace'> & { hash: string },
): TokenAnswer {
  return { id, workspace, ...token }
}
