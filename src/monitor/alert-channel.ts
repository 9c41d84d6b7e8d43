/** Ways to people and systems. What is secret of them is named, never kept: `${secret:name}`. */
import { isIP } from 'node:net'
import { parseUrl } from '#outbound'
import type { RecordKind } from '#store'
import { monitorErrors } from './errors.ts'

export interface AlertChannel {
  readonly name: string
  readonly isActive: boolean
  /** Whether it is told when the watcher itself was silent. */
  readonly hearsWatcher: boolean
  readonly target: ChannelTarget
}

export type ChannelTarget = WebhookTarget | MailTarget

export interface WebhookTarget {
  readonly kind: 'webhook'
  /** It may name secrets. */
  readonly url: string
  /** Names the secret that requests are signed with; null: they are not signed. */
  readonly secret: string | null
  /** How often it is told that the watcher watches, so that whoever hears nothing knows; null: never. */
  readonly heartbeatMs: number | null
}

export interface MailTarget {
  readonly kind: 'mail'
  readonly host: string
  readonly port: number
  /** TLS from the start, TLS after STARTTLS, or none, where no password is sent. */
  readonly security: 'tls' | 'starttls' | 'none'
  readonly user: string | null
  /** Names the secret; null: nobody signs in. */
  readonly password: string | null
  readonly from: string
  readonly to: readonly string[]
}

export const channelKind: RecordKind<AlertChannel> = { name: 'alert-channel', keepsVersions: true }

const reference = /^\$\{secret:[A-Za-z0-9][A-Za-z0-9._-]{0,99}\}$/
const references = /\$\{secret:([A-Za-z0-9][A-Za-z0-9._-]{0,99})\}/g
/** Nothing that could end a header or name a second person. */
const mailAddress = /^[^\s@<>"',;:\\()[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$/
const recipientsMax = 50
const heartbeatMsMin = 10_000

/** Fails with MONITOR_CHANNEL where a target cannot be used, whatever the world outside is like. */
export function checkTarget(target: ChannelTarget): void {
  const trouble = target.kind === 'webhook' ? webhookTrouble(target) : mailTrouble(target)
  if (trouble !== null) throw monitorErrors.MONITOR_CHANNEL({ trouble })
}

function webhookTrouble({ url, secret, heartbeatMs }: WebhookTarget): string | null {
  // A secret may be a part of the path, and nothing that would lead to another host.
  parseUrl(url.replace(references, 'secret'))
  if (/^[^/]*\/\/[^/?#]*\$\{secret:/.test(url)) return 'the host of the address cannot be a secret'
  if (secret !== null && !reference.test(secret)) return 'the key for signing has to be named as ${secret:name}'
  if (heartbeatMs !== null && !(heartbeatMs >= heartbeatMsMin)) return `a heartbeat comes every ${heartbeatMsMin / 1000} s at most`
  return null
}

function mailTrouble({ host, port, security, user, password, from, to }: MailTarget): string | null {
  if (isIP(host) === 0 && !/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$/.test(host))
    return 'the mail server needs a name or an address'
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) return 'the port of a mail server lies between 1 and 65535'
  if (password !== null && !reference.test(password)) return 'the password has to be named as ${secret:name}'
  if ((user === null) !== (password === null)) return 'a user needs a password, and a password a user'
  if (security === 'none' && password !== null) return 'a password is sent over TLS alone'
  if (!mailAddress.test(from)) return 'the sender needs one mail address'
  if (to.length === 0 || to.length > recipientsMax) return `a mail goes to at least one and at most ${recipientsMax} addresses`
  return to.every((address) => mailAddress.test(address)) ? null : 'each recipient needs one mail address'
}

/** A text with its secrets. Fails with MONITOR_SECRET_MISSING. */
export function withSecrets(text: string, findSecret: (name: string) => string | null): string {
  return text.replace(references, (_, name: string) => {
    const value = findSecret(name)
    if (value === null) throw monitorErrors.MONITOR_SECRET_MISSING({ name })
    return value
  })
}
