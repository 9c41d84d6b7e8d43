/** One HTTP request and its whole answer. The data nodes of HDFS say `100 Continue` unasked, which Node's `fetch` refuses. */
import http from 'node:http'

/** For how long a node may be silent. */
const silenceMsMax = 20_000

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly body: Buffer
}

export function exchange(method: string, url: URL, body: Uint8Array | null, agent: http.Agent | false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === null ? {} : { 'content-type': 'application/octet-stream', 'content-length': body.length }
    const request = http.request(url, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => void chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, body: Buffer.concat(chunks) })
      })
    })
    request.setTimeout(silenceMsMax, () => void request.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })))
    request.on('error', reject)
    request.end(body ?? undefined)
  })
}
