/** What a command is: rows of data that parsing, help and suggestions are made from. */
import type { CliEnvironment } from '../environment.ts'

export interface CommandRow {
  readonly name: string
  readonly summary: string
  /** Sentences that teach: what happens, and what to know. */
  readonly about: readonly string[]
  readonly arguments: readonly ArgumentRow[]
  readonly options: readonly OptionRow[]
  readonly examples: readonly Example[]
  /** Runs the command and gives the exit status. Whatever it needs is loaded when it is called, so that others start fast. */
  run(input: CommandInput, environment: CliEnvironment): Promise<number>
}

export interface ArgumentRow {
  readonly name: string
  readonly summary: string
  readonly oneOf?: readonly string[]
  /** The last argument of a command may be left out. */
  readonly optional?: boolean
  /** The last argument of a command may stand for several. */
  readonly repeatable?: boolean
}

export interface OptionRow {
  /** Without its dashes. */
  readonly name: string
  readonly short?: string
  /** Name of its value in help; an option without one is a flag. */
  readonly value?: string
  readonly oneOf?: readonly string[]
  readonly default?: string
  readonly repeatable?: boolean
  readonly summary: string
}

interface Example {
  readonly line: string
  readonly shows: string
}

/** What was typed after the command. */
export interface CommandInput {
  readonly arguments: readonly string[]
  /** Values by option name, in the order typed; a flag that is given has one empty value. */
  readonly values: ReadonlyMap<string, readonly string[]>
}

/** The value of an option that is not repeatable: the last one typed, else its default. */
export function optionValue(input: CommandInput, row: OptionRow): string {
  return input.values.get(row.name)?.at(-1) ?? row.default ?? ''
}
