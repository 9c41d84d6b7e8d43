/** Signatures as Standard Webhooks has them: an HMAC-SHA256 of id, time and body, so that none of them can be changed or used again. */
import { createHmac } from 'node:crypto'

const encodedPrefix = 'whsec_'

/** The headers that identify and, with a secret, sign a request. `seconds`: when it is sent. */
export function signedHeaders(id: string, seconds: number, body: Uint8Array, secret: string | null): Readonly<Record<string, string>> {
  const headers = { 'idempotency-key': id, 'webhook-id': id, 'webhook-timestamp': String(seconds) }
  if (secret === null) return headers
  const key = secret.startsWith(encodedPrefix) ? Buffer.from(secret.slice(encodedPrefix.length), 'base64') : Buffer.from(secret, 'utf8')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signature}` }
}
