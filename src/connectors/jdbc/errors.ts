/** Everything that can go wrong with a database behind a table, and what kind of failure a foreign error is. */
import { defineErrors, MillraceError } from '#base'
import type { FailureKind } from '../failure.ts'
import { isHostUnknown, isTlsRefused, socketFailureKind } from '../socket-failure.ts'
import { describeFailure, failureWords, stateOf } from './failure-words.ts'

export const jdbcErrors = defineErrors({
  CONNECTORS_JDBC_URL_MISMATCH: {
    blame: 'user',
    message: 'option "url" of table "{table}" cannot be used: {reason}',
    hint: 'Write jdbc:postgresql://host:port/database, jdbc:mysql://host:port/database or jdbc:mariadb://host:port/database.',
  },
  CONNECTORS_JDBC_URL_PARAMETER_UNSUPPORTED: {
    blame: 'user',
    message: 'parameter "{key}" of the URL of table "{table}" is not supported',
  },
  CONNECTORS_JDBC_OPTION_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" does not fit',
  },
  CONNECTORS_JDBC_FILE_UNREADABLE: {
    blame: 'user',
    message: 'could not read file "{path}" of option "{key}" of table "{table}"',
  },
  CONNECTORS_JDBC_OVERWRITE_UNSUPPORTED: {
    blame: 'user',
    message: 'cannot overwrite table "{table}": it is in a database',
    hint: 'Delete its rows in the database, and use INSERT INTO.',
  },
  CONNECTORS_JDBC_DATABASE_UNREACHABLE: {
    blame: 'external',
    message: 'could not reach the database at "{address}" for table "{table}"',
    hint: 'Look whether it runs, and whether host and port of the URL are right.',
  },
  CONNECTORS_JDBC_HOST_NOT_FOUND: {
    blame: 'user',
    message: 'host of "{address}" for table "{table}" does not exist',
    hint: 'Correct the host of the URL.',
  },
  CONNECTORS_JDBC_LOGIN_REFUSED: {
    blame: 'user',
    message: 'database at "{address}" refused the user or password of table "{table}"',
    hint: "Correct 'username' and 'password'.",
  },
  CONNECTORS_JDBC_TLS_MISMATCH: {
    blame: 'user',
    message: 'no TLS connection to "{address}" for table "{table}" could be agreed on',
  },
  CONNECTORS_JDBC_DATABASE_NOT_FOUND: {
    blame: 'user',
    message: 'database "{database}" at "{address}" of table "{table}" does not exist',
    hint: 'Correct the last part of the URL, or create the database.',
  },
  CONNECTORS_JDBC_TABLE_NOT_FOUND: {
    blame: 'user',
    message: 'table "{target}" of the database, for table "{table}", does not exist',
  },
  CONNECTORS_JDBC_COLUMN_NOT_FOUND: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" does not exist in "{target}"',
  },
  CONNECTORS_JDBC_TYPE_MISMATCH: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" cannot be {type}: it is {actual} in the database',
  },
  CONNECTORS_JDBC_KEY_MISMATCH: {
    blame: 'user',
    message: 'primary key ({key}) of table "{table}" is not unique in "{target}"',
  },
  CONNECTORS_JDBC_COLUMN_MISSING: {
    blame: 'user',
    message: 'column "{column}" of "{target}" needs a value, and table "{table}" does not have it',
    hint: 'Add the column to the table, or give it a default in the database.',
  },
  CONNECTORS_JDBC_PERMISSION_MISSING: {
    blame: 'user',
    message: 'user of table "{table}" may not do this in the database',
    hint: 'Grant it SELECT to read, and INSERT, UPDATE and DELETE to write.',
  },
  CONNECTORS_JDBC_STATEMENT_REFUSED: {
    blame: 'user',
    message: 'database refused a statement for table "{table}"',
  },
  CONNECTORS_JDBC_STATEMENT_FAILED: {
    blame: 'external',
    message: 'could not go on with table "{table}" in the database',
  },
  CONNECTORS_JDBC_VALUE_UNREADABLE: {
    blame: 'user',
    message: 'a value of column "{column}" of table "{table}" cannot be read as {type}',
  },
  CONNECTORS_JDBC_ROW_REFUSED: {
    blame: 'user',
    message: 'database refused the row with {key} of table "{table}"',
    hint: 'Leave such rows out in the query, or change the table of the database so that it takes them.',
  },
  CONNECTORS_JDBC_ROWS_LOST: {
    blame: 'external',
    message: 'rows that wait for their commit to table "{table}" are gone from "{staging}"',
    hint: 'Leave that table alone while a run is at work; start again from an earlier checkpoint.',
  },
  CONNECTORS_JDBC_STAGING_REFUSED: {
    blame: 'user',
    message: 'tables for commits of table "{table}" could not be created',
    hint: "Let the user create tables, or create them yourself and name them in 'sink.exactly-once.table'.",
  },
})

/** Where an error happened, for its text. */
export interface JdbcPlace {
  /** The table as people know it. */
  readonly table: string
  readonly address: string
  readonly database: string
}

const byState: readonly { readonly pattern: RegExp; readonly kind: FailureKind }[] = [
  { pattern: /^(?:08|57P0[123])/, kind: 'unreachable' },
  { pattern: /^(?:40|53|55P03|55006|25006)/, kind: 'busy' },
  { pattern: /^(?:22|23|44|54)/, kind: 'data' },
  { pattern: /^(?:28|3D|3F|42|0A|2F|0L|0P)/, kind: 'refused' },
]

/** What can be done about an error of a driver or of the network. */
export function jdbcFailureKind(error: unknown): FailureKind {
  if (error instanceof MillraceError) return error.code === 'CONNECTORS_JDBC_DATABASE_UNREACHABLE' ? 'unreachable' : 'refused'
  const { code, errno, sqlState } = stateOf(error)
  const known = socketFailureKind(code) ?? failureWords.get(code) ?? failureWords.get(String(errno))
  if (known !== undefined) return known
  const state = sqlState ?? code
  if (/^[0-9A-Z]{5}$/.test(state)) return byState.find(({ pattern }) => pattern.test(state))?.kind ?? 'unknown'
  const text = error instanceof Error ? error.message : ''
  if (/^(?:Connection terminated|Client (?:has encountered|was closed)|timeout expired|Connection lost)/.test(text)) return 'unreachable'
  return /SSL|certificate|password must be|SASL/i.test(text) ? 'refused' : 'unknown'
}

const loginStates = /^(?:28|1045$|1251$|1698$|1862$|2061$|1524$|1130$)/
const permissionStates = new Set(['42501', '1044', '1142', '1143', '1227', '1370', '1345', '1449'])
const databaseStates = new Set(['3D000', '1049'])

/** A coded error for one of a driver or the network; coded ones stay as they are. Foreign errors hold statements with values: they are left behind. */
export function jdbcError(error: unknown, { table, address, database }: JdbcPlace): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, errno } = stateOf(error)
  const detail = `The database said: ${describeFailure(error)}.`
  const is = (test: (state: string) => boolean): boolean => test(code) || test(String(errno))
  if (isHostUnknown(code)) return jdbcErrors.CONNECTORS_JDBC_HOST_NOT_FOUND({ address, table })
  if (is((state) => loginStates.test(state)) || /password must be|SASL/.test(messageOf(error))) {
    return jdbcErrors.CONNECTORS_JDBC_LOGIN_REFUSED({ address, table }, { detail })
  }
  if (is((state) => databaseStates.has(state))) return jdbcErrors.CONNECTORS_JDBC_DATABASE_NOT_FOUND({ address, table, database })
  if (is((state) => permissionStates.has(state))) return jdbcErrors.CONNECTORS_JDBC_PERMISSION_MISSING({ table }, { detail })
  if (isTlsTrouble(code, messageOf(error))) return jdbcErrors.CONNECTORS_JDBC_TLS_MISMATCH({ address, table }, { detail })
  switch (jdbcFailureKind(error)) {
    case 'unreachable':
    case 'busy':
      return jdbcErrors.CONNECTORS_JDBC_DATABASE_UNREACHABLE(
        { address, table },
        { detail: `The last failure was: ${describeFailure(error)}.` },
      )
    case 'refused':
    case 'data':
      return jdbcErrors.CONNECTORS_JDBC_STATEMENT_REFUSED({ table }, { detail })
    default:
      return jdbcErrors.CONNECTORS_JDBC_STATEMENT_FAILED({ table }, { detail })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

function isTlsTrouble(code: string, message: string): boolean {
  return isTlsRefused(code) || code.startsWith('HANDSHAKE_') || /SSL|certificate/i.test(message)
}
