/** What a gateway says, in the words of Flink's. */
import { MillraceError } from '#base'
import { logicalType } from './logical-type.ts'
import type { Operation } from './operation.ts'
import type { ResultPage, ResultPages } from './result-pages.ts'
import { type RowFormat, rowWriter } from './result-rows.ts'

/** The uri of a page without its token. */
export interface ResultPlace {
  readonly uri: string
  /** With the question mark; empty in version 1, which has none. */
  readonly query: string
}

export function notReady({ uri, query }: ResultPlace, token: number): string {
  return JSON.stringify({ resultType: 'NOT_READY', nextResultUri: `${uri}${token}${query}` })
}

/** A page as JSON, written by hand: numbers in it may have more digits than a double. */
export function pageText(
  { rows, isEnd }: ResultPage,
  { shape }: ResultPages,
  { timeZone }: Pick<Operation, 'timeZone'>,
  format: RowFormat,
  { uri, query }: ResultPlace,
  token: number,
): string {
  const head = {
    resultType: isEnd ? 'EOS' : 'PAYLOAD',
    isQueryResult: shape.isQuery,
    ...(shape.jobId === null ? {} : { jobID: shape.jobId }),
    resultKind: shape.isPlain ? 'SUCCESS' : 'SUCCESS_WITH_CONTENT',
  }
  const columns = shape.schema.map(({ name, type }) => ({ name, logicalType: logicalType(type), comment: null }))
  const write = rowWriter(shape.schema, format, timeZone)
  const results = `{"columns":${JSON.stringify(columns)},"rowFormat":"${format}","data":[${rows.map((row) => write(row)).join(',')}]}`
  const next = isEnd ? '' : `,"nextResultUri":${JSON.stringify(`${uri}${token + 1}${query}`)}`
  return `${JSON.stringify(head).slice(0, -1)},"results":${results}${next}}`
}

/** An error with all that helps who wrote the statement, in one text. */
function explained(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explained).join('\n')
  if (!(error instanceof MillraceError) || error.blame === 'internal') return 'the gateway failed; its log says more'
  const { message, detail, hint, position, code } = error
  const place = position === undefined ? '' : `line ${position.line}, column ${position.column}: `
  return [`${place}${message} [${code}]`, detail, hint].filter((part) => part !== undefined).join('\n')
}

/** The body of an answer to a statement that failed: clients of Flink look for the last cause in it. */
export function statementFailure(error: unknown): string {
  const trace = `org.apache.flink.table.gateway.service.utils.SqlExecutionException: Failed to execute the operation.\nCaused by: org.apache.flink.table.api.ValidationException: ${explained(error)}`
  return JSON.stringify({ errors: ['Internal server error.', `<Exception on server side:\n${trace}\n\nEnd of exception on server side>`] })
}

/** The body of an answer to a request that cannot be. */
export function requestFailure(error: unknown): string {
  return JSON.stringify({ errors: [`org.apache.flink.table.gateway.api.utils.SqlGatewayException: ${explained(error)}`] })
}
