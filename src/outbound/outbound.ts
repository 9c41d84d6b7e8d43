/**
 * The way out for what people name: webhooks, mail servers, anything whose address a user may choose. A name is resolved once, each of its
 * addresses is looked at, and the connection goes to one of those that were: a name that leads elsewhere a moment later gains nothing.
 */
import { lookup } from 'node:dns/promises'
import type { BlockList } from 'node:net'
import { isIP } from 'node:net'
import { insideOf, isWithin, networkList } from './address-range.ts'
import { outboundErrors } from './errors.ts'

export interface ResolvedHost {
  /** As it was named: for certificates, and for headers. */
  readonly host: string
  readonly address: string
  readonly family: 4 | 6
}

type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>

export interface OutboundOptions {
  /** Addresses and ranges that may be reached though they lie inside, such as `10.1.0.0/16`. */
  readonly allowed?: readonly string[]
  readonly lookup?: Lookup
}

const systemLookup: Lookup = (host) => lookup(host, { all: true, order: 'verbatim' })

export class Outbound {
  readonly #allowed: BlockList
  readonly #lookup: Lookup

  constructor({ allowed = [], lookup: find = systemLookup }: OutboundOptions = {}) {
    this.#allowed = networkList(allowed)
    this.#lookup = find
  }

  /** Fails with OUTBOUND_ADDRESS_INSIDE where any address of a name lies inside and is not allowed. */
  async resolve(host: string): Promise<ResolvedHost> {
    const bare = host.replace(/^\[(.*)\]$/, '$1')
    const addresses = isIP(bare) === 0 ? await this.#find(bare) : [bare]
    for (const address of addresses) {
      const range = isWithin(this.#allowed, address) ? null : insideOf(address)
      if (range !== null) throw outboundErrors.OUTBOUND_ADDRESS_INSIDE({ host: bare, range })
    }
    const [address] = addresses
    if (address === undefined) throw outboundErrors.OUTBOUND_HOST_NOT_FOUND({ host: bare })
    return { host: bare, address, family: isIP(address) === 6 ? 6 : 4 }
  }

  async #find(host: string): Promise<string[]> {
    try {
      return (await this.#lookup(host)).map(({ address }) => address)
    } catch (error) {
      throw outboundErrors.OUTBOUND_HOST_NOT_FOUND({ host }, { cause: error })
    }
  }
}
