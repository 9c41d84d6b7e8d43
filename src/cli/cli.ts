/** The command line: finds the command that was typed, runs it and turns what goes wrong into words and an exit status. */
import { listed, MillraceError } from '#base'
import { commandHelp, programHelp } from './arguments/help.ts'
import { didYouMean, parseArguments } from './arguments/parse-arguments.ts'
import { commands } from './commands.ts'
import { type CliEnvironment, exitStatus, type ReportEnvironment } from './environment.ts'
import { usageErrors } from './errors.ts'

/** Parses the arguments, runs the command and gives the exit status, once the answer has left. */
export async function runCli(argv: readonly string[], environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const status = await runWords(argv, environment).catch((error: unknown) => noteFailure(error, argv, environment))
  await screen.flush()
  // A reader that went away, as `head` does, has what it wanted; a full disk has not.
  const { reason } = screen.closed
  return reason instanceof MillraceError ? reportFailure(reason, environment) : status
}

/** Says what failed outside of any command; gives the exit status. */
export async function reportFailure(error: unknown, environment: ReportEnvironment): Promise<number> {
  // Only what goes wrong needs the parser, to show the place: help must not wait for it.
  const { noteErrors } = await import('./render-error.ts')
  return noteErrors(error, undefined, environment)
}

async function noteFailure(error: unknown, argv: readonly string[], environment: CliEnvironment): Promise<number> {
  const status = await reportFailure(error, environment)
  if (status === exitStatus.usage) environment.screen.note(moreHelp(argv))
  return status
}

async function runWords(argv: readonly string[], environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const [name, ...words] = argv
  if (name === undefined) {
    screen.note(programHelp(commands))
    return exitStatus.usage
  }
  if (name === '--version' || name === '-V') return answer(`${environment.version}\n`, environment)
  const asksHelp = name === '--help' || name === '-h' || name === 'help'
  if (asksHelp && words[0] === undefined) return answer(programHelp(commands), environment)
  const command = commandNamed(asksHelp ? (words[0] ?? '') : name)
  if (asksHelp || wantsHelp(words)) return answer(commandHelp(command), environment)
  return command.run(parseArguments(words, command), environment)
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? words.length : end).some((word) => word === '--help' || word === '-h')
}

async function answer(text: string, { screen }: CliEnvironment): Promise<number> {
  await screen.write(text)
  return exitStatus.done
}

function commandNamed(name: string): (typeof commands)[number] {
  const found = commands.find((command) => command.name === name)
  if (found !== undefined) return found
  const names = commands.map((command) => command.name)
  if (name.startsWith('-')) {
    const options = ['--help', '--version']
    throw usageErrors.CLI_OPTION_NOT_FOUND({ name, command: 'millrace' }, { hint: didYouMean(name, options) })
  }
  // A script where a command belongs is the likeliest slip.
  const likely = name.endsWith('.sql') ? 'run' : name.endsWith('.sqltest') ? 'test' : null
  const hint = likely === null ? didYouMean(name, names) : `Did you mean "millrace ${likely} ${name}"?`
  throw usageErrors.CLI_COMMAND_NOT_FOUND({ name }, { hint, detail: `The commands are ${listed(names)}.` })
}

function moreHelp(argv: readonly string[]): string {
  const known = commands.some((command) => command.name === argv[0])
  return `Run "millrace ${known ? `${argv[0]} ` : ''}--help" for help.\n`
}
