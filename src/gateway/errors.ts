/** What goes wrong between a client and the gateway. */
import { defineErrors } from '#base'

export const gatewayErrors = defineErrors({
  GATEWAY_SESSION_NOT_FOUND: {
    blame: 'user',
    message: 'session "{session}" does not exist',
    hint: 'Open a session first. One that nobody uses is closed after a while; a heartbeat keeps it.',
  },
  GATEWAY_SESSIONS_MAX: {
    blame: 'user',
    message: 'the gateway holds {most} sessions already',
    hint: 'Close sessions that are no longer needed, or wait until they are closed for being idle.',
  },
  GATEWAY_OPERATION_NOT_FOUND: { blame: 'user', message: 'operation "{operation}" does not exist' },
  GATEWAY_OPERATION_ENDED: { blame: 'user', message: 'operation {operation} has ended as {status}' },
  GATEWAY_OPERATION_CANCELED: { blame: 'user', message: 'operation {operation} was cancelled' },
  GATEWAY_OPERATION_TIMEOUT: { blame: 'user', message: 'operation {operation} took longer than {limit} ms' },
  GATEWAY_TOKEN_MISMATCH: {
    blame: 'user',
    message: 'expected page {expected}, got {token}',
    hint: 'Pages are read one after another, and only the last one can be read again.',
  },
  GATEWAY_STATEMENT_COUNT: {
    blame: 'user',
    message: 'expected one statement, got {count}',
    hint: 'Send each statement by itself.',
  },
  GATEWAY_STATEMENT_KIND: {
    blame: 'user',
    message: 'a session cannot be configured by {kind}',
    hint: 'A session is configured by SET, RESET, USE, and by what creates, alters and drops tables, views, databases and functions.',
  },
  GATEWAY_JOB_NOT_FOUND: { blame: 'user', message: 'job {job} does not exist', hint: 'SHOW JOBS lists them.' },
  GATEWAY_JOB_ENDED: { blame: 'user', message: 'job {job} has ended as {status}' },
  GATEWAY_STATEMENT_SET_OPEN: {
    blame: 'user',
    message: 'a statement set takes INSERT statements, got {kind}',
    hint: 'End the set with END; first.',
  },
  GATEWAY_REQUEST_BODY: { blame: 'user', message: 'the body of the request is no JSON object' },
  GATEWAY_REQUEST_FIELD: { blame: 'user', message: 'field "{field}" of the request expects {expected}' },
  GATEWAY_REQUEST_TOO_LARGE: { blame: 'user', message: 'the body of the request is larger than {most} bytes' },
  GATEWAY_ROW_FORMAT: { blame: 'user', message: 'row format "{format}" does not exist', hint: 'It is JSON or PLAIN_TEXT.' },
  GATEWAY_UNAUTHORIZED: {
    blame: 'user',
    message: 'the request does not carry the token of this gateway',
    hint: 'Send it in the header "Authorization: Bearer …"; clients of Flink take headers from FLINK_REST_CLIENT_HEADERS.',
  },
  GATEWAY_NOT_SUPPORTED: { blame: 'user', message: '{what} is not supported by this gateway' },
  GATEWAY_ADDRESS_UNUSABLE: { blame: 'external', message: 'could not listen at {address}' },
})
