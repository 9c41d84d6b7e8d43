/** Names a statement in the words of SQL, for progress and messages. */
import type { Statement } from '#sql'

export function statementKind(statement: Statement): string {
  switch (statement.kind) {
    case 'query-statement':
      return 'SELECT'
    case 'insert':
      return 'INSERT'
    case 'statement-set':
      return 'STATEMENT SET'
    case 'other-statement':
      return statement.name
    default:
      return statement.kind.replaceAll('-', ' ').toUpperCase()
  }
}
