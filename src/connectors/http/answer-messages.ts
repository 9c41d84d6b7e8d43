/** The messages in an answer: the whole of it, its lines, or the elements of an array in it. */
import { httpErrors } from './errors.ts'
import { findElements } from './json-elements.ts'
import { type HttpSettings, mismatch, type ResponseRows } from './options.ts'

export interface AnswerMessages {
  readonly bytes: Buffer
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

export type MessagesOf = (body: Buffer, origin: string) => AnswerMessages

/** Makes the function that finds messages as the table says. */
export function messagesOf({ table, options }: HttpSettings): MessagesOf {
  const rows = options.text('response.rows') as ResponseRows
  const path = options.text('response.path')
  if (path !== undefined && rows !== 'array') throw mismatch(table, 'response.path', "It is an option of 'response.rows' = 'array'.")
  if (path !== undefined && !path.startsWith('/'))
    throw mismatch(table, 'response.path', 'Expected names with / before each, such as /data/items.')
  // The two signs that JSON Pointer (RFC 6901) writes otherwise.
  const names = (path ?? '')
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (rows === 'lines') return linesOf
  if (rows === 'message')
    return (body) => (body.length === 0 ? { bytes: body, starts: [], ends: [] } : { bytes: body, starts: [0], ends: [body.length] })
  return (body, origin) => {
    if (body.length === 0) return { bytes: body, starts: [], ends: [] }
    const refusal = (detail: string): Error => httpErrors.CONNECTORS_HTTP_RESPONSE_UNREADABLE({ origin, table: table.name }, { detail })
    return { bytes: body, ...findElements(body, names, refusal) }
  }
}

/** Lines that are not empty, without their ends. */
function linesOf(body: Buffer): AnswerMessages {
  const starts: number[] = []
  const ends: number[] = []
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(10, start)
    const next = found < 0 ? body.length : found
    const end = next > start && body[next - 1] === 13 ? next - 1 : next
    if (end > start) {
      starts.push(start)
      ends.push(end)
    }
    start = next + 1
  }
  return { bytes: body, starts, ends }
}
