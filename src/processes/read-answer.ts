/** Checks what comes from a process: functions of users run there, and may send whatever they like. */
import type { CatalogObject } from '#catalog'
import { type Answer, rowLengthMax, type StatementEvent } from './protocol.ts'

type Fields = Readonly<Record<string, unknown>>

/** The answer that a value is; null where it is none. */
export function readAnswer(value: unknown): Answer | null {
  const fields = fieldsOf(value)
  return isAnswer(fields) ? (fields as unknown as Answer) : null
}

function isAnswer(fields: Fields): boolean {
  switch (fields['kind']) {
    case 'ready':
      return isIdentity(fieldsOf(fields['identity']))
    case 'told':
      return isCount(fields['run']) && isEvent(fieldsOf(fields['event']))
    case 'defined':
      return isCount(fields['run']) && isList(fields['changes'], isChange)
    case 'progress':
      return isCount(fields['run']) && isReport(fields['report'])
    case 'executed':
      return isCount(fields['run']) && isOutcome(fields['outcome']) && isList(fields['failures'], isFailure)
    case 'replied':
      return isCount(fields['request'])
    case 'refused':
      return isCount(fields['request']) && isFailure(fields['failure'])
    case 'broken':
      return isFailure(fields['failure'])
    default:
      return false
  }
}

const eventChecks: Readonly<Record<StatementEvent['kind'], (event: Fields) => boolean>> = {
  started: ({ statement, line, start, end }) => isText(statement) && isCount(line) && isCount(start) && isCount(end),
  submitted: ({ jobId }) => isText(jobId),
  opened: ({ columns, updating, order }) => isList(columns, isColumn) && typeof updating === 'boolean' && Array.isArray(order),
  changes: ({ rows, json }) => isCount(rows) && isText(json),
  table: ({ columns, rows, json }) => isList(columns, isColumn) && isCount(rows) && isText(json),
  done: ({ message }) => isText(message),
  closed: () => true,
  ran: ({ report }) => isReport(report),
}

function isEvent(event: Fields): boolean {
  const kind = String(event['kind'])
  return Object.hasOwn(eventChecks, kind) && eventChecks[kind as StatementEvent['kind']](event)
}

const objectKinds: readonly unknown[] = ['catalog', 'database', 'table', 'view', 'function', 'connection'] satisfies CatalogObject['kind'][]

function isChange(value: unknown): boolean {
  const { object, definition } = fieldsOf(value)
  const { kind, path } = fieldsOf(object)
  const { text, columns, comment, connector, connection } = fieldsOf(definition)
  const isUsing = connection === undefined || isList(connection, isText)
  const isKept =
    isText(text) && isTextOrNull(comment) && isTextOrNull(connector) && isUsing && (columns === null || isList(columns, isColumn))
  return objectKinds.includes(kind) && isList(path, isText) && (definition === null || isKept)
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value)
}

function isIdentity({ host, pid }: Fields): boolean {
  return isText(host) && isCount(pid)
}

function isColumn(value: unknown): boolean {
  const { name, type } = fieldsOf(value)
  return isText(name) && isText(type)
}

function isReport(value: unknown): boolean {
  const { rowsIn, rowsOut, durationMs, waiting, pausesMs } = fieldsOf(value)
  const numbers = [rowsIn, rowsOut, durationMs].every((each) => typeof each === 'number')
  return numbers && isList(waiting, (each) => isText(fieldsOf(each)['table'])) && isList(pausesMs, (each) => typeof each === 'number')
}

function isFailure(value: unknown): boolean {
  const { code, blame, message, causes } = fieldsOf(value)
  const isBlamed = blame === 'user' || blame === 'external' || blame === 'internal'
  return isText(code) && isBlamed && isText(message) && isList(causes, isText)
}

function isOutcome(value: unknown): boolean {
  return value === 'finished' || value === 'failed' || value === 'cancelled'
}

/** A page may be a little longer than its rows, for the marks between them. */
const textMax = 2 * rowLengthMax
const listMax = 10_000

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= listMax && value.every(isItem)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= textMax
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
