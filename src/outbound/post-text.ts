/** Sends a text to an address that a user named. Redirects are not followed: they could lead anywhere. */
import { type ClientRequest, request as requestPlain } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { isIP } from 'node:net'
import { outboundErrors } from './errors.ts'
import type { Outbound } from './outbound.ts'

export interface TextPost {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}

/** What is read of an answer at most; nobody needs it, but its end is waited for. */
const answerBytesMax = 65_536

/** Resolves when it was taken, with a status from 200 to 299. */
export async function postText(outbound: Outbound, { url, headers, body, timeoutMs }: TextPost): Promise<void> {
  const place = parseUrl(url)
  const { host, address, family } = await outbound.resolve(place.hostname)
  const isTls = place.protocol === 'https:'
  const status = await new Promise<number>((resolve, reject) => {
    const request: ClientRequest = (isTls ? requestOverTls : requestPlain)({
      method: 'POST',
      host: address,
      family,
      port: place.port === '' ? (isTls ? 443 : 80) : Number(place.port),
      path: `${place.pathname}${place.search}`,
      // The certificate has to be that of the name, whatever address it led to.
      ...(isTls && isIP(host) === 0 ? { servername: host } : {}),
      agent: false,
      headers: { ...headers, host: place.host, 'content-length': String(Buffer.byteLength(body)) },
    })
    const slow = outboundErrors.OUTBOUND_SLOW({ host, seconds: timeoutMs / 1000 })
    const timer = setTimeout(() => request.destroy(slow), timeoutMs)
    const fail = (error: unknown): void => {
      clearTimeout(timer)
      reject(error === slow ? slow : outboundErrors.OUTBOUND_NO_ANSWER({ host }, { detail: detailOf(error), cause: error }))
    }
    request.on('error', fail)
    request.on('response', (response) => {
      let bytes = 0
      const end = (): void => {
        clearTimeout(timer)
        request.destroy()
        resolve(response.statusCode ?? 0)
      }
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > answerBytesMax) end()
      })
      response.on('end', end)
      response.on('error', fail)
    })
    request.end(body)
  })
  if (status < 200 || status > 299) throw outboundErrors.OUTBOUND_REFUSED({ host, status })
}

/** Fails with OUTBOUND_ADDRESS. Who may see the address is not known here, so it is not quoted as a whole. */
export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const isUsable = url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === ''
  if (!isUsable) throw outboundErrors.OUTBOUND_ADDRESS({ address: url?.hostname ?? '' })
  return url
}

function detailOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? `The system says ${code}.` : undefined
}
