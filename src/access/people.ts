/** The people of a server, their passwords, and the links by which they sign in for the first time. */
import type { Clock } from '#base'
import { type RecordChange, RecordMap, type Store, type Stored } from '#store'
import { assertName } from './assert-name.ts'
import { accessErrors } from './errors.ts'
import { hashPassword, isPassword } from './password.ts'
import { type Credential, credentialKind, everywhere, type SignInLink, signInLinkKind, type User, userKind } from './records.ts'
import { createSecretKey, hashOfKey } from './secret-key.ts'

const linkMsMax = 86_400_000
const passwordLengthMin = 10

export interface Link {
  readonly key: string
  readonly expiresAt: number
}

/** What the holder of a link chooses. */
export interface Choice {
  readonly name?: string
  readonly displayName?: string
  readonly password?: string
}

export class People {
  readonly #users: RecordMap<User>
  readonly #credentials: RecordMap<Credential>
  readonly #links: RecordMap<SignInLink>
  readonly #clock: Clock
  /** Links are used, and people changed, one after another: two for the first administrator make one, and the last one stays. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(users: RecordMap<User>, credentials: RecordMap<Credential>, links: RecordMap<SignInLink>, clock: Clock) {
    this.#users = users
    this.#credentials = credentials
    this.#links = links
    this.#clock = clock
  }

  static async load(store: Store, clock: Clock): Promise<People> {
    return new People(
      await RecordMap.load(userKind, store, clock),
      await RecordMap.load(credentialKind, store, clock),
      await RecordMap.load(signInLinkKind, store, clock),
      clock,
    )
  }

  get needsFirstAdmin(): boolean {
    return this.#users.in(everywhere).length === 0
  }

  all(): readonly Stored<User>[] {
    return this.#users.in(everywhere)
  }

  /** Null for who is not there, or not active. */
  active(name: string): User | null {
    const user = this.#users.get(everywhere, name)?.value
    return user?.isActive === true ? user : null
  }

  find(name: string): User {
    const user = this.#users.get(everywhere, name)?.value
    if (user === undefined) throw accessErrors.ACCESS_USER_NOT_FOUND({ name })
    return user
  }

  async add(name: string, { displayName, isServerAdmin }: Pick<User, 'displayName' | 'isServerAdmin'>, by: string): Promise<User> {
    assertName(name)
    if (this.#users.get(everywhere, name) !== undefined) throw accessErrors.ACCESS_USER_EXISTS({ name })
    const user: User = { displayName, isServerAdmin, isActive: true, source: 'local', createdAt: this.#clock.nowMs() }
    await this.#users.write(keyOf(name), user, by)
    return user
  }

  /** Somebody who signs in elsewhere, to be committed with what leads to them. */
  newcomer(name: string, displayName: string): RecordChange {
    const user: User = { displayName, isServerAdmin: false, isActive: true, source: 'oidc', createdAt: this.#clock.nowMs() }
    return this.#users.change(keyOf(name), user)
  }

  change(name: string, changes: Partial<Pick<User, 'displayName' | 'isServerAdmin' | 'isActive'>>, by: string): Promise<User> {
    return this.inTurn(() => this.#change(name, changes, by))
  }

  async #change(name: string, changes: Partial<User>, by: string): Promise<User> {
    const user = { ...this.find(name), ...changes }
    const isAdmin = (each: User): boolean => each.isServerAdmin && each.isActive
    const others = this.all().some(({ id, value }) => id !== name && isAdmin(value))
    if (!isAdmin(user) && !others) throw accessErrors.ACCESS_LAST_ADMIN({ name })
    await this.#users.write(keyOf(name), user, by)
    return user
  }

  /** Whether name and password fit; takes as long for names that are not there. */
  async isRight(name: string, password: string): Promise<boolean> {
    const kept = this.#credentials.get(everywhere, name)?.value.passwordHash ?? null
    const isRight = await isPassword(password, kept)
    return isRight && this.active(name) !== null
  }

  async setPassword(name: string, password: string, by: string): Promise<void> {
    await this.#credentials.write(keyOf(name), { passwordHash: await hashOf(password) }, by)
  }

  /** A link for a person; null: for the first administrator. */
  async createLink(user: string | null, by: string): Promise<Link> {
    const stale = this.#links.in(everywhere).filter(({ value }) => value.expiresAt < this.#clock.nowMs())
    const key = createSecretKey()
    const expiresAt = this.#clock.nowMs() + linkMsMax
    const spent = stale.map(({ id }) => this.#links.change(keyOf(id), null))
    await this.#links.commit([...spent, this.#links.change(keyOf(hashOfKey(key)), { user, expiresAt })], by)
    return { key, expiresAt }
  }

  /** Uses a link up; gives the name of who it signs in. */
  useLink(key: string, choice: Choice): Promise<string> {
    return this.inTurn(() => this.#useLink(key, choice))
  }

  /** Runs when all that was asked before is done. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(run)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #useLink(key: string, choice: Choice): Promise<string> {
    const hash = hashOfKey(key)
    const { user } = this.#linkWith(hash)
    const name = user ?? choice.name
    const hasPassword = name !== undefined && this.#credentials.get(everywhere, name) !== undefined
    if (name === undefined || (choice.password === undefined && !hasPassword)) throw accessErrors.ACCESS_PASSWORD_MISSING()
    assertName(name)
    const credential = choice.password === undefined ? null : { passwordHash: await hashOf(choice.password) }
    const first: User = {
      displayName: choice.displayName ?? name,
      isServerAdmin: true,
      isActive: true,
      source: 'local',
      createdAt: this.#clock.nowMs(),
    }
    // All at once: a link that signs nobody in must not be gone.
    const others = this.#links.in(everywhere).filter(({ id, value }) => id !== hash && value.user === user)
    const changes = [
      this.#links.change(keyOf(hash), null),
      // An earlier link would let somebody else choose another password.
      ...others.map(({ id }) => this.#links.change(keyOf(id), null)),
      ...(user === null ? [this.#users.change(keyOf(name), first)] : []),
      ...(credential === null ? [] : [this.#credentials.change(keyOf(name), credential)]),
    ]
    await this.#links.commit(changes, name)
    return name
  }

  /** Fails where a link is good for nothing any more: of two for the first administrator the second one is. */
  #linkWith(hash: string): SignInLink {
    const link = this.#links.get(everywhere, hash)?.value
    const isGood =
      link !== undefined &&
      link.expiresAt >= this.#clock.nowMs() &&
      (link.user === null ? this.needsFirstAdmin : this.active(link.user) !== null)
    if (!isGood) throw accessErrors.ACCESS_LINK_SPENT()
    return link
  }
}

function keyOf(id: string): { readonly workspace: string; readonly id: string } {
  return { workspace: everywhere, id }
}

function hashOf(password: string): Promise<string> {
  if (password.length < passwordLengthMin) throw accessErrors.ACCESS_PASSWORD({ least: passwordLengthMin })
  return hashPassword(password)
}
