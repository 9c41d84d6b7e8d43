/**
 * Hints that tell Flink how to compute a join of a bounded query. They make no difference to the answer, and none to an engine that
 * knows one way; still they name tables of their SELECT, so that a name that is none is told.
 */
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { Environment } from './environment.ts'
import { joinHints } from './hint-names.ts'
import { HintedTables } from './hinted-tables.ts'

export function checkJoinHints({ hints, from }: tree.Select, environment: Environment): void {
  for (const hint of hints) {
    const name = hint.name.text.toUpperCase()
    if (!joinHints.includes(name)) continue
    const tables = new HintedTables(name, from, environment)
    const [first] = hint.arguments
    if (first === undefined) throw badForm(name, hint)
    for (const argument of hint.arguments) {
      if (argument.key !== undefined) throw badForm(name, argument)
      tables.named(argument.value, argument.position)
    }
  }
}

function badForm(name: string, { position }: tree.Hint | tree.HintArgument): Error {
  return sqlErrors.SQL_HINT_TABLES_EXPECTED(
    { hint: name },
    { position, hint: `Write ${name}(t), with the name or alias of a table in FROM.` },
  )
}
