/** Answers to bytes of which Node makes no request, so that no route and no gate ever sees them. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { apiErrors } from './errors.ts'
import { answeredFailure, statusOf } from './failures.ts'

/** How long a client may go on sending to what was refused; closing at once would take the answer from it. */
const lingerMs = 1000

export function answerUnreadable({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  // Each further piece that comes is reported again.
  if (!socket.writable || code === 'ECONNRESET') return
  const error =
    code === 'HPE_HEADER_OVERFLOW'
      ? apiErrors.API_HEADERS_TOO_LONG()
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? apiErrors.API_REQUEST_SLOW()
        : apiErrors.API_REQUEST_UNREADABLE()
  const status = statusOf(error)
  const body = JSON.stringify({ error: answeredFailure(error) })
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
  setTimeout(() => socket.destroy(), lingerMs).unref()
}
