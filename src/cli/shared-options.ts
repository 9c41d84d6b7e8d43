/** Options that several commands have, and how they are read. */
import { type CommandInput, type OptionRow, optionValue } from './arguments/command.ts'
import { usageErrors } from './errors.ts'

export const set: OptionRow = {
  name: 'set',
  value: 'key=value',
  repeatable: true,
  summary: 'set a configuration key of Flink, such as table.local-time-zone',
}
export const allowDroppedState: OptionRow = {
  name: 'allow-dropped-state',
  summary: 'go on without state that the changed script has no place for',
}
export const acceptDroppedState: OptionRow = {
  name: 'accept-dropped-state',
  summary: 'make or start a version that loses state, which is refused otherwise',
}
export const cluster: OptionRow = { name: 'cluster', value: 'name', summary: 'let this cluster run it; see millrace cluster' }
export const server: OptionRow = {
  name: 'server',
  value: 'name',
  summary: 'the server to speak to, as it was called at millrace login; by default the one that was signed in to last',
}
export const workspace: OptionRow = {
  name: 'workspace',
  value: 'name',
  summary: 'the workspace of the server; by default that of the token',
}
export const json: OptionRow = { name: 'json', summary: 'print one JSON object a line' }
export const file = { name: 'file', summary: 'a file of SQL statements, or - for standard input' }

export function firstArgument(input: CommandInput): string {
  return input.arguments[0] ?? ''
}

/** Options that mean nothing beside another. */
export function refuseBeside({ name }: OptionRow, rows: readonly OptionRow[], input: CommandInput): void {
  const extra = rows.find((row) => input.values.has(row.name))
  if (extra !== undefined) throw usageErrors.CLI_OPTION_BESIDE({ name: `--${extra.name}`, other: `--${name}` })
}

export function countOf(input: CommandInput, row: OptionRow): number {
  const text = optionValue(input, row).replaceAll('_', '')
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw usageErrors.CLI_OPTION_VALUE({ name: `--${row.name}`, expected: 'a whole number above 0', got: `"${text}"` })
  return Number(text)
}

/** A port to listen at; 0: any that is free. */
export function portIn(input: CommandInput, row: OptionRow): number {
  const text = optionValue(input, row)
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw usageErrors.CLI_OPTION_VALUE({ name: `--${row.name}`, expected: 'a port', got: `"${text}"` })
  return Number(text)
}

/** Settings that were given one by one. */
export function givenSettings(input: CommandInput): Record<string, string> {
  return Object.fromEntries(
    (input.values.get(set.name) ?? []).map((text) => {
      const at = text.indexOf('=')
      if (at <= 0) throw usageErrors.CLI_OPTION_VALUE({ name: '--set', expected: '<key=value>', got: `"${text}"` })
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    }),
  )
}
