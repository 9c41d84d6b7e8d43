/** The options that a JAR takes in the place of a script, as rows of data. */
import { type CommandInput, type OptionRow, optionValue } from './arguments/command.ts'
import type { JarOptions } from './jar-program.ts'
import { firstArgument, givenSettings } from './shared-options.ts'

export const mainClass: OptionRow = { name: 'main-class', value: 'class', summary: 'of a JAR: the class whose main method is run' }
export const library: OptionRow = {
  name: 'library',
  value: 'file',
  repeatable: true,
  summary: 'of a JAR: another one that it stands on; the cluster has to see it at the same place',
}
export const programArgument = {
  name: 'argument',
  summary: 'of a JAR, behind --: words for its main method',
  optional: true,
  repeatable: true,
}

export const wholeNumber = /^[1-9]\d{0,4}$/

/** What a JAR takes, which nothing else does. */
export function jarOptionsOf(input: CommandInput, parallelism: OptionRow): JarOptions {
  const [, , ...programArguments] = input.arguments
  const isOfAll =
    firstArgument(input) === 'rescale' ? [] : (input.values.get(parallelism.name) ?? []).filter((text) => wholeNumber.test(text))
  return {
    mainClass: optionValue(input, mainClass),
    parallelism: Number(isOfAll.at(-1) ?? 0),
    libraries: input.values.get(library.name) ?? [],
    programArguments,
    settings: givenSettings(input),
  }
}
