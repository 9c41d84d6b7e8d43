/** The door through which everyone comes: who is it, and what may he do. */
import { type Clock, MillraceError } from '#base'
import { entryOf, type LogEntry, type Store } from '#store'
import { BrowserSessions } from './browser-sessions.ts'
import type { Caller } from './caller.ts'
import { accessErrors } from './errors.ts'
import { Identities, type Identity } from './identities.ts'
import { type Choice, type Link, People } from './people.ts'
import { type AuditRecord, auditLog } from './records.ts'
import { mayDo, type Role, type WorkspaceRight } from './rights.ts'
import { SignInGuard } from './sign-in-guard.ts'
import { Workspaces } from './workspaces.ts'

const dayMs = 86_400_000
const auditDays = 400

/** The workspace that there is from the beginning. */
export const firstWorkspace = 'main'

/** What the server does of itself is done by. */
const serverName = 'server'

export interface SignedIn {
  /** What the browser is to hold. */
  readonly key: string
  readonly caller: Caller
}

interface AccessParts {
  readonly people: People
  readonly workspaces: Workspaces
  readonly identities: Identities
  readonly sessions: BrowserSessions
}

export class Access {
  readonly people: People
  readonly workspaces: Workspaces
  readonly #identities: Identities
  readonly #sessions: BrowserSessions
  readonly #guard: SignInGuard
  readonly #store: Store
  readonly #clock: Clock

  private constructor(store: Store, clock: Clock, { people, workspaces, identities, sessions }: AccessParts) {
    this.people = people
    this.workspaces = workspaces
    this.#identities = identities
    this.#sessions = sessions
    this.#guard = new SignInGuard(clock)
    this.#store = store
    this.#clock = clock
  }

  static async open(store: Store, clock: Clock): Promise<Access> {
    const people = await People.load(store, clock)
    const workspaces = await Workspaces.load(store, clock)
    const identities = await Identities.load(store, clock, people)
    return new Access(store, clock, { people, workspaces, identities, sessions: await BrowserSessions.load(store, clock) })
  }

  /** Signs somebody in who knows a password; `address` is where the request comes from. */
  async signIn(name: string, password: string, address: string): Promise<SignedIn> {
    const keys = [`name ${name}`, `address ${address}`]
    this.#guard.check(keys)
    // Counted as wrong until it is known to be right: many at a time are as many attempts.
    this.#guard.wrong(keys)
    if (!(await this.people.isRight(name, password))) {
      // What nobody can be called is not written down.
      const subject = this.people.all().some(({ id }) => id === name) ? name : ''
      await this.audit('', subject, { action: 'POST /sign-in', outcome: 'refused', detail: 'ACCESS_SIGN_IN_WRONG' }, address)
      throw accessErrors.ACCESS_SIGN_IN_WRONG()
    }
    this.#guard.right(keys)
    return this.#begin(name)
  }

  async signInByLink(link: string, choice: Choice, address: string): Promise<SignedIn> {
    const keys = [`address ${address}`]
    this.#guard.check(keys)
    const isFirst = this.people.needsFirstAdmin
    try {
      const name = await this.people.useLink(link, choice)
      // Whoever knew the password before is out.
      if (choice.password !== undefined) await this.#sessions.endAllOf(name, null)
      if (isFirst && this.workspaces.has(firstWorkspace)) await this.workspaces.setMember(firstWorkspace, name, 'admin', name)
      else if (isFirst) await this.workspaces.create(firstWorkspace, 'Main', name)
      return await this.#begin(name)
    } catch (error) {
      this.#guard.wrong(keys)
      throw error
    }
  }

  /** Signs somebody in whom a provider vouches for. */
  async signInByIdentity(identity: Identity, address: string): Promise<SignedIn> {
    const note = (subject: string, outcome: AuditRecord['outcome'], detail: string): Promise<void> =>
      this.audit('', subject, { action: 'GET /oidc/callback', outcome, detail }, address)
    try {
      const name = await this.#identities.personOf(identity)
      await note(name, 'done', '')
      return await this.#begin(name)
    } catch (error) {
      await note('', 'refused', error instanceof MillraceError ? error.code : '').catch(() => undefined)
      throw error
    }
  }

  /** Who holds the key of a browser; fails where nobody does. */
  callerOfBrowser(key: string): Caller {
    const session = this.#sessions.find(key)
    const user = session === null ? null : this.people.active(session.user)
    if (session === null || user === null) throw accessErrors.ACCESS_SIGN_IN_NEEDED()
    return this.#callerOf(session.user, session.csrfToken)
  }

  /** The service that shows a token; fails where there is none. */
  callerOfToken(secret: string): Caller {
    const token = this.workspaces.findToken(secret)
    if (token === null) throw accessErrors.ACCESS_TOKEN_NOT_KNOWN()
    const roles = new Map([[token.workspace, token.value.role]])
    return { name: `token:${token.id}`, displayName: token.value.title, isServerAdmin: false, csrfToken: null, roles }
  }

  /** Whether somebody may do something in a workspace now, who is not there to ask: a person, or a service by its `token:` and id. */
  mayNow(name: string, right: WorkspaceRight, workspace: string): boolean {
    const role = this.#roleNow(name, workspace)
    return role !== undefined && mayDo(role, right)
  }

  #roleNow(name: string, workspace: string): Role | undefined {
    if (!this.workspaces.has(workspace)) return undefined
    if (name.startsWith('token:')) return this.workspaces.goodToken(workspace, name.slice('token:'.length))?.value.role
    const user = this.people.active(name)
    if (user === null) return undefined
    return user.isServerAdmin ? 'admin' : this.workspaces.rolesOf(name).get(workspace)
  }

  async signOut(key: string): Promise<void> {
    await this.#sessions.end(key)
  }

  /** Changes the password of somebody who knows the present one; ends the sessions of all other browsers. */
  async changePassword({ name }: Caller, key: string | null, current: string, password: string): Promise<void> {
    const keys = [`name ${name}`]
    this.#guard.check(keys)
    this.#guard.wrong(keys)
    if (!(await this.people.isRight(name, current))) throw accessErrors.ACCESS_SIGN_IN_WRONG()
    this.#guard.right(keys)
    await this.people.setPassword(name, password, name)
    await this.#sessions.endAllOf(name, key)
  }

  /** Lets a person in no longer, or again. */
  async setActive(name: string, isActive: boolean, by: string): Promise<void> {
    await this.people.change(name, { isActive }, by)
    if (!isActive) await this.#sessions.endAllOf(name, null)
  }

  lastSeenAt(name: string): number | null {
    return this.#sessions.lastSeenAt(name)
  }

  /** A link by which the first administrator, or a person, signs in for the first time. */
  createLink(user: string | null, by: string): Promise<Link> {
    return this.people.createLink(user, by)
  }

  /** A link for the first administrator, or, once there is one, for the one who came first. */
  async createAdminLink(by: string): Promise<Link & { readonly user: string | null }> {
    const admins = this.people.all().filter(({ value }) => value.isServerAdmin && value.isActive)
    const [first] = admins.toSorted((a, b) => a.value.createdAt - b.value.createdAt)
    const user = first?.id ?? null
    return { user, ...(await this.createLink(user, by)) }
  }

  /** A token, good for a day, for a program of whoever runs the server. Those that it was given before are good no more. */
  async createOwnToken(title: string): Promise<{ readonly workspace: string; readonly secret: string }> {
    const { workspaces } = this
    const workspace = firstWorkspace
    if (!workspaces.has(workspace)) await workspaces.create(workspace, 'Main', serverName, null)
    for (const { id, value } of workspaces.tokens(workspace))
      if (value.createdBy === serverName && value.title === title) await workspaces.removeToken(workspace, id, serverName)
    const { secret } = await workspaces.createToken(workspace, { title, role: 'admin', daysValid: 1 }, serverName)
    return { workspace, secret }
  }

  async audit(workspace: string, subject: string, record: AuditRecord, by: string): Promise<void> {
    await this.#store.commit({ writes: [], entries: [entryOf(auditLog, workspace, subject, record)], by })
  }

  auditEntries(
    workspace: string,
    options: { subject?: string; before?: number; limit: number },
  ): Promise<readonly LogEntry<AuditRecord>[]> {
    return this.#store.entries(auditLog, { workspace, ...options })
  }

  /** Forgets what was asked more than 400 days ago. */
  async forgetOldAudit(): Promise<void> {
    await this.#store.dropEntries(auditLog, this.#clock.nowMs() - auditDays * dayMs)
  }

  async #begin(name: string): Promise<SignedIn> {
    const { key, session } = await this.#sessions.begin(name)
    return { key, caller: this.#callerOf(name, session.csrfToken) }
  }

  #callerOf(name: string, csrfToken: string): Caller {
    const { displayName, isServerAdmin } = this.people.find(name)
    const roles = this.workspaces.rolesOf(name)
    // Administrators of the server are in every workspace.
    if (isServerAdmin) for (const { id } of this.workspaces.all()) roles.set(id, 'admin')
    return { name, displayName, isServerAdmin, csrfToken, roles }
  }
}
