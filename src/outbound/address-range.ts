/**
 * What kind of place an address of the internet protocol leads to, after the registries of special addresses (RFC 6890 and those that
 * followed it). Whatever is not plainly public is inside: a server that sends requests for people must not reach what only it can reach.
 */
import { BlockList, isIP } from 'node:net'
import { outboundErrors } from './errors.ts'

const ranges: readonly (readonly [name: string, ...networks: string[]])[] = [
  ['this machine', '127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128'],
  // Clouds tell machines of themselves here, keys included.
  ['a link-local address', '169.254.0.0/16', 'fe80::/10'],
  ['a private network', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10', '198.18.0.0/15'],
  ['many machines at once', '224.0.0.0/4', 'ff00::/8'],
  ['a reserved address', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4', '100::/64'],
  ['a reserved address', '2001::/23', '2001:db8::/32', '3fff::/20', '5f00::/16', '64:ff9b:1::/48'],
]

/** Networks of IPv6 that hold addresses of IPv4: where they stand, in bytes. Such an address leads where the one within leads. */
const holders: readonly { readonly network: string; readonly at: number }[] = [
  { network: '::ffff:0:0/96', at: 12 },
  { network: '64:ff9b::/96', at: 12 },
  { network: '::/96', at: 12 },
  { network: '2002::/16', at: 2 },
]

const lists = ranges.map(([name, ...networks]) => [name, networkList(networks)] as const)
const holderLists = holders.map(({ network, at }) => [networkList([network]), at] as const)

/** Addresses that are allowed though they lie inside. Fails with OUTBOUND_NETWORK. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of networks) {
    const [address = '', bits] = text.split('/')
    const family = isIP(address)
    const widest = family === 4 ? 32 : 128
    const prefix = bits === undefined ? widest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
    if (family === 0 || prefix < 0 || prefix > widest) throw outboundErrors.OUTBOUND_NETWORK({ text })
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** What an address leads to, when that is not the public internet; null when it is. */
export function insideOf(address: string): string | null {
  const family = isIP(address)
  if (family === 0) return 'no address'
  if (family === 4) return rangeOf(address, 'ipv4')
  const bytes = bytesOf(address)
  for (const [list, at] of holderLists)
    if (list.check(address, 'ipv6') && rangeOf(address, 'ipv6') !== 'this machine')
      return insideOf([...bytes.subarray(at, at + 4)].join('.'))
  // Addresses of networks are handed out from this part alone.
  return rangeOf(address, 'ipv6') ?? ((bytes[0] ?? 0) >> 5 === 1 ? null : 'a reserved address')
}

/** Whether a list holds an address, or the one of IPv4 that is within it. */
export function isWithin(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

function rangeOf(address: string, family: 'ipv4' | 'ipv6'): string | null {
  return lists.find(([, list]) => list.check(address, family))?.[0] ?? null
}

/** The sixteen bytes of an address of IPv6. */
function bytesOf(address: string): Uint8Array {
  const [plain = ''] = address.split('%')
  // What ends with an address of IPv4 is written with two more groups.
  const text = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [left = '', right] = text.split('::')
  const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groupsOf(left)
  const behind = right === undefined ? [] : groupsOf(right)
  const groups = [...before, ...Array.from({ length: Math.max(0, 8 - before.length - behind.length) }, () => '0'), ...behind]
  return Uint8Array.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]))
}
