/** Errors of PostgreSQL and its driver: which are worth another try, and what is told of the others. */
import { counted, type FirstPauseMs, GivenUp, MillraceError, printable, shortened } from '#base'
import { storeErrors } from './errors.ts'

/** There is no connection, or no longer one. Names of hosts and sockets may be missing while what they lead to is started. */
const lostCodes = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN|ENOTFOUND|ENOENT|08...|57P0[1235]|53300)/

/** Nothing of what the driver says itself has a code. */
const lostTexts = /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|not queryable/i

/** Serialisation, deadlocks, locks that are not given in time, statements that take too long. */
const busyCodes = /^(?:40001|40P01|55P03|57014|25P03)$/

/** A server that only answers questions is one that another one has replaced, or that is about to take over. */
const standbyCodes = /^25006$/

const [lostPauseMs, busyPauseMs] = [100, 20]

/** How long to pause before the next try; null where another one is of no use. */
export const postgresPauseMs: FirstPauseMs = (error) => {
  if (error instanceof MillraceError) return null
  const code = codeOf(error)
  if (lostCodes.test(code) || standbyCodes.test(code)) return lostPauseMs
  if (busyCodes.test(code)) return busyPauseMs
  return code === '' && lostTexts.test(textOf(error)) ? lostPauseMs : null
}

/** A coded error for one of the driver or of the server; coded ones stay as they are. */
export function postgresError(error: unknown, place: string, more = ''): MillraceError {
  if (error instanceof MillraceError) return error
  if (error instanceof GivenUp) {
    const seconds = (error.tookMs / 1000).toFixed(1)
    const detail = `Tried ${counted(error.tries, 'time')} in ${seconds} s; the last failure was: ${described(error.cause)}.${more}`
    return storeErrors.STORE_UNREACHABLE({ place }, { detail, cause: error.cause })
  }
  const code = codeOf(error)
  const says = /^[0-9A-Z]{5}$/.test(code) ? 'PostgreSQL says' : 'There is no connection'
  const extras = { detail: `${says}: ${described(error)}.`, cause: error }
  if (code === '53100' || code === '53400') return storeErrors.STORE_FULL({ place }, extras)
  if (/^XX00[12]/.test(code)) return storeErrors.STORE_DAMAGED({ place }, extras)
  const isLogin = code.startsWith('28') || /SASL|password/i.test(textOf(error))
  return storeErrors.STORE_REFUSED({ place }, isLogin ? { ...extras, hint: loginHint } : extras)
}

const loginHint = 'Give the user in the address, and the password there, in PGPASSWORD or in the file that PGPASSFILE names.'

/** In one line. Of what the server says only the message is told: its details hold values. */
function described(error: unknown): string {
  return shortened(printable(textOf(error).trim().replace(/\.$/, '')), 300)
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return textOf(error.errors[0])
  return error instanceof Error ? error.message || codeOf(error) || 'nothing' : String(error)
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
