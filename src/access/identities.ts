/** People whom somebody else vouches for: an OpenID provider. Each is known by its issuer and the subject that it names, never by a name. */
import { createHash } from 'node:crypto'
import type { Clock } from '#base'
import { type RecordKind, RecordMap, type Store } from '#store'
import { accessErrors } from './errors.ts'
import type { People } from './people.ts'
import { everywhere } from './records.ts'

/** What a provider says of somebody. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
  /** What they would like to be called; may be anything. */
  readonly preferredName: string
  readonly displayName: string
}

interface KnownIdentity {
  /** Name of the person. */
  readonly user: string
}

/** By the hash of issuer and subject. */
const identityKind: RecordKind<KnownIdentity> = { name: 'identity', keepsVersions: false }

const nameLengthMax = 50
const displayLengthMax = 200

export class Identities {
  readonly #records: RecordMap<KnownIdentity>
  readonly #people: People

  private constructor(records: RecordMap<KnownIdentity>, people: People) {
    this.#records = records
    this.#people = people
  }

  static async load(store: Store, clock: Clock, people: People): Promise<Identities> {
    return new Identities(await RecordMap.load(identityKind, store, clock), people)
  }

  /** The name of the person, who is added where nobody with this identity came before. Fails for people who are not active. */
  async personOf(identity: Identity): Promise<string> {
    if (this.#people.needsFirstAdmin) throw accessErrors.ACCESS_FIRST_ADMIN_MISSING()
    const key = { workspace: everywhere, id: idOf(identity) }
    return this.#people.inTurn(async () => {
      const known = this.#records.get(key.workspace, key.id)?.value.user
      if (known !== undefined) {
        if (this.#people.active(known) === null) throw accessErrors.ACCESS_USER_INACTIVE({ name: known })
        return known
      }
      const name = this.#freeName(identity.preferredName)
      const displayName = identity.displayName.trim().slice(0, displayLengthMax) || name
      // Both or none: a person whom no identity leads to would be in the way of the name for ever.
      await this.#records.commit([this.#people.newcomer(name, displayName), this.#records.change(key, { user: name })], name)
      return name
    })
  }

  /** A name of ours made of theirs. Somebody who is called so already is another person. */
  #freeName(preferred: string): string {
    const [local = ''] = preferred.toLowerCase().split('@')
    const plain = local
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '')
      .slice(0, nameLengthMax)
    const name = plain === '' ? 'user' : plain
    const taken = new Set(this.#people.all().map(({ id }) => id))
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name}-${number}`
      if (!taken.has(free)) return free
    }
  }
}

function idOf({ issuer, subject }: Identity): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')
}
