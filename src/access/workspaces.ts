/** Workspaces, who is in them and as what, and the tokens of services, each of which is good for one. */
import type { Clock } from '#base'
import { RecordMap, type Store, type Stored } from '#store'
import { assertName } from './assert-name.ts'
import { accessErrors } from './errors.ts'
import {
  everywhere,
  type Membership,
  membershipKind,
  type ServiceToken,
  serviceTokenKind,
  type Workspace,
  workspaceKind,
} from './records.ts'
import type { Role } from './rights.ts'
import { createIdOf, createSecretKey, hashOfKey } from './secret-key.ts'

const dayMs = 86_400_000
/** That a token was used is written this often at most. */
const usedEveryMs = 300_000
/** So that a leaked one is recognised by who finds it. */
const tokenPrefix = 'millrace_'

interface WorkspaceRecords {
  readonly workspaces: RecordMap<Workspace>
  readonly members: RecordMap<Membership>
  readonly tokens: RecordMap<ServiceToken>
}

export class Workspaces {
  readonly #workspaces: RecordMap<Workspace>
  readonly #members: RecordMap<Membership>
  readonly #tokens: RecordMap<ServiceToken>
  readonly #tokensByHash = new Map<string, { readonly workspace: string; readonly id: string }>()
  readonly #clock: Clock

  private constructor({ workspaces, members, tokens }: WorkspaceRecords, clock: Clock) {
    this.#workspaces = workspaces
    this.#members = members
    this.#tokens = tokens
    this.#clock = clock
    for (const { workspace, id, value } of tokens.all()) this.#tokensByHash.set(value.hash, { workspace, id })
  }

  static async load(store: Store, clock: Clock): Promise<Workspaces> {
    const workspaces = await RecordMap.load(workspaceKind, store, clock)
    const members = await RecordMap.load(membershipKind, store, clock)
    const tokens = await RecordMap.load(serviceTokenKind, store, clock)
    return new Workspaces({ workspaces, members, tokens }, clock)
  }

  all(): readonly Stored<Workspace>[] {
    return this.#workspaces.in(everywhere)
  }

  has(name: string): boolean {
    return this.#workspaces.get(everywhere, name) !== undefined
  }

  /** Makes a workspace; who makes it is its first admin, unless it is nobody. */
  async create(name: string, title: string, by: string, firstAdmin: string | null = by): Promise<Workspace> {
    assertName(name)
    if (this.has(name)) throw accessErrors.ACCESS_WORKSPACE_EXISTS({ name })
    const workspace = { title, createdAt: this.#clock.nowMs() }
    const changes = [
      this.#workspaces.change({ workspace: everywhere, id: name }, workspace),
      ...(firstAdmin === null ? [] : [this.#members.change({ workspace: name, id: firstAdmin }, { role: 'admin' })]),
    ]
    await this.#workspaces.commit(changes, by)
    return workspace
  }

  /** By workspace. */
  rolesOf(user: string): Map<string, Role> {
    return new Map([...this.#members.withId(user)].map(({ workspace, value }) => [workspace, value.role]))
  }

  members(workspace: string): readonly { readonly user: string; readonly role: Role }[] {
    return this.#members.in(workspace).map(({ id, value }) => ({ user: id, role: value.role }))
  }

  async setMember(workspace: string, user: string, role: Role | null, by: string): Promise<void> {
    if (role === null && this.#members.get(workspace, user) === undefined) return
    await this.#members.write({ workspace, id: user }, role === null ? null : { role }, by)
  }

  tokens(workspace: string): readonly Stored<ServiceToken>[] {
    return this.#tokens.in(workspace)
  }

  /** Gives the token, and what the service has to show: this once. */
  async createToken(
    workspace: string,
    { title, role, daysValid }: Pick<ServiceToken, 'title' | 'role'> & { readonly daysValid: number | null },
    by: string,
  ): Promise<{ readonly id: string; readonly token: ServiceToken; readonly secret: string }> {
    const secret = `${tokenPrefix}${createSecretKey()}`
    const now = this.#clock.nowMs()
    const token: ServiceToken = {
      title,
      hash: hashOfKey(secret),
      role,
      createdBy: by,
      createdAt: now,
      expiresAt: daysValid === null ? null : now + daysValid * dayMs,
      lastUsedAt: null,
    }
    const id = createIdOf(title)
    await this.#tokens.write({ workspace, id }, token, by)
    this.#tokensByHash.set(token.hash, { workspace, id })
    return { id, token, secret }
  }

  async removeToken(workspace: string, id: string, by: string): Promise<void> {
    const token = this.#tokens.get(workspace, id)
    if (token === undefined) throw accessErrors.ACCESS_TOKEN_NOT_FOUND({ id })
    await this.#tokens.write({ workspace, id }, null, by)
    this.#tokensByHash.delete(token.value.hash)
  }

  /** The token that a service shows; null where there is none, or none any more. */
  /** A token that is there and has not expired. */
  goodToken(workspace: string, id: string): Stored<ServiceToken> | null {
    const token = this.#tokens.get(workspace, id)
    return token === undefined || (token.value.expiresAt ?? Number.POSITIVE_INFINITY) <= this.#clock.nowMs() ? null : token
  }

  findToken(secret: string): Stored<ServiceToken> | null {
    const key = this.#tokensByHash.get(hashOfKey(secret))
    const token = key === undefined ? undefined : this.#tokens.get(key.workspace, key.id)
    const now = this.#clock.nowMs()
    if (token === undefined || (token.value.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return null
    if (now - (token.value.lastUsedAt ?? 0) >= usedEveryMs)
      void this.#tokens.write(token, { ...token.value, lastUsedAt: now }, `token:${token.id}`).catch(() => undefined)
    return token
  }
}
