/** Options: pairs of key and value in WITH and SET lists, and in hints. */
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { Options } from './bound.ts'
import { checkHintNames } from './hint-names.ts'

/** A key that is given twice has the last value. */
export function optionsOf(written: readonly tree.Option[]): Options {
  return Object.fromEntries(written.map(({ key, value }) => [key.value, value.value]))
}

/** What the hints of a table give; those that are not OPTIONS change nothing there. */
export function hintedOptions(hints: readonly tree.Hint[]): Options {
  checkHintNames(hints)
  const options = new Map<string, string>()
  for (const hint of hints) {
    if (hint.name.text.toUpperCase() !== 'OPTIONS') continue
    for (const { key, value, position } of hint.arguments) {
      if (key === undefined) throw sqlErrors.SQL_HINT_FORM({}, { position, hint: "Write OPTIONS('key' = 'value')." })
      options.set(key, value)
    }
  }
  return Object.fromEntries(options)
}
