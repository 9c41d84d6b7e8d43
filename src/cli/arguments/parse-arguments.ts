/** Reads the words of a command line by the rows of its command. */
import { parseArgs } from 'node:util'
import { closeNames, listed } from '#base'
import { usageErrors } from '../errors.ts'
import type { CommandInput, CommandRow, OptionRow } from './command.ts'

/** Fails with what is wrong and what would be right. */
export function parseArguments(words: readonly string[], command: CommandRow): CommandInput {
  const { tokens } = parseArgs({ args: [...words], options: optionsOf(command), strict: false, allowPositionals: true, tokens: true })
  const given: string[] = []
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') given.push(token.value)
    if (token.kind !== 'option') continue
    const row = command.options.find(({ name }) => name === token.name)
    if (row === undefined) throw optionNotFound(token.rawName, command)
    const known = values.get(row.name) ?? []
    values.set(row.name, [...known, checkedValue(row, token.rawName, isSwallowed(token) ? undefined : token.value)])
  }
  checkArguments(given, command)
  return { arguments: given, values }
}

/** An option that stands where a value belongs is no value; a number below 0 is a wrong one. */
function isSwallowed(token: { readonly value: string | undefined; readonly inlineValue: boolean | undefined }): boolean {
  return token.inlineValue === false && /^-[^\d]/.test(token.value ?? '')
}

function optionsOf(command: CommandRow): NonNullable<Parameters<typeof parseArgs>[0]>['options'] {
  return Object.fromEntries(
    command.options.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: true, ...(short === undefined ? {} : { short }) },
    ]),
  )
}

function optionNotFound(rawName: string, command: CommandRow): Error {
  const names = command.options.map(({ name }) => `--${name}`)
  const [nearest] = closeNames(rawName, names, 1)
  const all =
    names.length === 0 ? 'It has no options.' : names.length === 1 ? `Its only option is ${names[0]}.` : `Its options are ${listed(names)}.`
  return usageErrors.CLI_OPTION_NOT_FOUND(
    { name: rawName, command: `millrace ${command.name}` },
    { hint: nearest === undefined ? all : `Did you mean ${nearest}?` },
  )
}

function checkedValue(row: OptionRow, rawName: string, value: string | undefined): string {
  if (row.value === undefined) {
    if (value === undefined) return ''
    throw usageErrors.CLI_OPTION_VALUE({ name: rawName, expected: 'no value', got: `"${value}"` })
  }
  const expected = row.oneOf === undefined ? `<${row.value}>` : listed(row.oneOf, 'or')
  if (value === undefined || value === '') throw usageErrors.CLI_OPTION_VALUE({ name: rawName, expected, got: 'nothing' })
  if (row.oneOf !== undefined && !row.oneOf.includes(value)) {
    throw usageErrors.CLI_OPTION_VALUE({ name: rawName, expected, got: `"${value}"` }, { hint: didYouMean(value, row.oneOf) })
  }
  return value
}

function checkArguments(given: readonly string[], command: CommandRow): void {
  const name = `millrace ${command.name}`
  command.arguments.forEach((row, index) => {
    const got = given[index]
    const [example] = command.examples
    if (got === undefined && row.optional === true) return
    if (got === undefined) {
      throw usageErrors.CLI_ARGUMENT_MISSING(
        { name: row.name, command: name },
        { detail: `It is ${row.summary}.`, hint: example === undefined ? undefined : `For example: ${example.line}` },
      )
    }
    if (row.oneOf !== undefined && !row.oneOf.includes(got)) {
      throw usageErrors.CLI_ARGUMENT_VALUE({ name: row.name, expected: listed(row.oneOf, 'or'), got }, { hint: didYouMean(got, row.oneOf) })
    }
  })
  if (command.arguments.at(-1)?.repeatable === true) return
  const extra = given[command.arguments.length]
  if (extra !== undefined) throw usageErrors.CLI_ARGUMENT_UNEXPECTED({ got: extra, command: name })
}

export function didYouMean(name: string, names: readonly string[]): string | undefined {
  const [nearest] = closeNames(name, names, 1)
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`
}
