/**
 * Sends a notice to a webhook, as JSON. Its id is in a header, too: a notice that was sent and not known to be comes again under the same.
 * With a key, a header has `t=<seconds>,v1=<hex>`: HMAC-SHA256 of the seconds, a point and the body, so that nobody can send it anew later.
 */
import { createHmac } from 'node:crypto'
import { type Outbound, postText } from '#outbound'
import { type WebhookTarget, withSecrets } from './alert-channel.ts'

export interface WebhookMessage {
  readonly id: string
  readonly body: string
  /** Epoch milliseconds. */
  readonly at: number
}

interface SendOptions {
  readonly outbound: Outbound
  readonly findSecret: (name: string) => string | null
}

const timeoutMs = 10_000

export async function sendWebhook(target: WebhookTarget, { id, body, at }: WebhookMessage, options: SendOptions): Promise<void> {
  const url = withSecrets(target.url, (name) => {
    const value = options.findSecret(name)
    return value === null ? null : encodeURIComponent(value)
  })
  const key = target.secret === null ? null : withSecrets(target.secret, options.findSecret)
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'millrace',
    'x-millrace-notice-id': id,
    ...(key === null ? {} : { 'x-millrace-signature': signatureOf(body, Math.floor(at / 1000), key) }),
  }
  await postText(options.outbound, { url, headers, body, timeoutMs })
}

function signatureOf(body: string, seconds: number, key: string): string {
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`
}
