/** What a server answers to a bulk request: a status for each document, and why it is no success. */
import type { FailureKind } from '../failure.ts'
import { statusKind } from './errors.ts'

export interface ItemAnswer {
  readonly kind: 'done' | FailureKind
  readonly status: number
  /** Such as `mapper_parsing_exception: failed to parse field […]`; holds no values of the document. '' for a success. */
  readonly reason: string
}

/** The parts of answers that are asked for. */
export const answerFilter = 'errors,error.type,error.reason,status,items.*.status,items.*.error.type,items.*.error.reason'

/** By document; null where the answer is none to so many. */
export function parseBulkAnswer(body: Buffer, count: number): readonly ItemAnswer[] | null {
  const answer = parsed(body)
  const items = isRecord(answer) ? answer['items'] : null
  if (!Array.isArray(items) || items.length !== count) return null
  const answers: ItemAnswer[] = []
  for (const item of items as readonly unknown[]) {
    const result: unknown = isRecord(item) ? Object.values(item)[0] : null
    if (!isRecord(result) || typeof result['status'] !== 'number') return null
    answers.push(itemAnswer(result['status'], result['error']))
  }
  return answers
}

function itemAnswer(status: number, error: unknown): ItemAnswer {
  const reason = reasonOf(error)
  if (status < 300) return { kind: 'done', status, reason: '' }
  // An index that takes no writes for now, as for want of space.
  if (status === 403 && reason.startsWith('cluster_block_exception')) return { kind: 'busy', status, reason }
  return { kind: statusKind(status), status, reason }
}

/** Why a whole request was refused; '' where the answer does not say. */
export function refusalReason(body: Buffer): string {
  const answer = parsed(body)
  return isRecord(answer) ? reasonOf(answer['error']) : ''
}

const reasonLengthMax = 300

/** Without what the server quotes of a document. */
function reasonOf(error: unknown): string {
  if (!isRecord(error)) return ''
  const type = typeof error['type'] === 'string' ? error['type'] : ''
  const text = typeof error['reason'] === 'string' ? error['reason'] : ''
  const shown = text
    .replace(/[.:,]?\s*(?:Preview of field's value|The prefix of the first immense term|For input string).*$/s, '')
    .replace(/(["'])(?:(?!\1).)*\1/gs, '…')
    .slice(0, reasonLengthMax)
  return shown === '' ? type : `${type}: ${shown}`
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
