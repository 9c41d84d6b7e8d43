/** The statements that make one connection of another: tables that use it go on using it, which dropping it would not allow. */
import { parseScript } from '#sql'

interface Connection {
  readonly options: Readonly<Record<string, string>>
  readonly comment: string
}

/** From the statement that made what is there to the one that would make what is wanted; null: it can only be dropped and made anew. */
export function connectionChanges(name: string, before: string, wanted: string): readonly string[] | null {
  const [old, next] = [connectionIn(before), connectionIn(wanted)]
  if (old === null || next === null || old.options['connector'] !== next.options['connector']) return null
  const set = Object.entries(next.options).filter(([key, value]) => old.options[key] !== value)
  const reset = Object.keys(old.options).filter((key) => !Object.hasOwn(next.options, key))
  const alter = `ALTER CONNECTION ${name}`
  return [
    ...(set.length === 0 ? [] : [`${alter} SET (${set.map(([key, value]) => `${quoted(key)} = ${quoted(value)}`).join(', ')})`]),
    ...(reset.length === 0 ? [] : [`${alter} RESET (${reset.map(quoted).join(', ')})`]),
    ...(old.comment === next.comment ? [] : [`${alter} COMMENT ${quoted(next.comment)}`]),
  ]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function connectionIn(text: string): Connection | null {
  const [statement] = parseScript(text).statements
  if (statement?.kind !== 'create-connection') return null
  const options = statement.options.map(({ key, value }): [string, string] => [key.value, value.value])
  return { options: Object.fromEntries(options), comment: statement.comment ?? '' }
}
