/** `millrace sql`: statements typed one after another, in one session. */

import { spawn } from 'node:child_process'
import { printableLines } from '#base'
import type { StatementRunner } from '#query'
import { scanStatements } from '#sql'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { cliErrors } from '../errors.ts'
import { noteErrors } from '../render-error.ts'
import { openSession } from '../script.ts'
import { scriptLengthMax, scriptTooLarge } from '../terminal/script-file.ts'
import type { Key } from '../terminal/terminal.ts'
import { type ClientCommand, clientCommand, shellHelp } from './client-commands.ts'
import type { CompletionSource } from './completing.ts'
import { History, historyFile } from './history.ts'
import { LineEditor } from './line-editor.ts'
import { readPrompt } from './prompt.ts'
import { runStatement } from './statement-run.ts'

/** Runs until the input ends or someone leaves; gives the exit status. */
export async function runShell(settings: Readonly<Record<string, string>>, gateway: string, environment: CliEnvironment): Promise<number> {
  if (gateway === '') return runWith(await openSession(settings, environment), environment)
  const session = await environment.openRemote(gateway, settings)
  try {
    return await runWith(session, environment)
  } finally {
    await session.close().catch(() => undefined)
  }
}

function runWith(session: StatementRunner, environment: CliEnvironment): Promise<number> {
  const shell = new Shell(session, environment)
  return environment.terminal.isInteractive ? shell.runOnTerminal() : shell.runOnLines()
}

const clearScreen = '\u001b[H\u001b[2J'

class Shell {
  readonly #session: StatementRunner
  readonly #environment: CliEnvironment
  /** Keys typed while something runs, for the next prompt. */
  readonly #ahead: Key[] = []
  #isLeaving = false

  constructor(session: StatementRunner, environment: CliEnvironment) {
    this.#session = session
    this.#environment = environment
  }

  async runOnTerminal(): Promise<number> {
    const { terminal, screen, version, variables } = this.#environment
    const history = new History(historyFile(variables))
    await history.load()
    const completions: CompletionSource = (text, offset) => this.#session.complete?.(text, offset) ?? []
    const editor = new LineEditor({ history, completions, isComplete: isWhole })
    terminal.write(
      `Millrace ${version}: streaming SQL. End statements with ";". Type ${screen.paint.strong('help')} for help, ${screen.paint.strong('quit')} to leave.\n`,
    )
    // Ctrl-C is a key here; this is the wish of another process.
    const forget = this.#environment.onInterrupt(() => this.#environment.exit(exitStatus.interrupted))
    terminal.readKeys((key) => this.#ahead.push(key))
    try {
      while (!this.#isLeaving) {
        const outcome = await readPrompt(editor, terminal, screen.paint, this.#ahead)
        if (outcome.kind === 'end') break
        if (outcome.kind !== 'submit') continue
        history.add(outcome.text.trim())
        await history.save()
        await this.#submit(outcome.text)
      }
    } finally {
      forget()
      terminal.restore()
    }
    return exitStatus.done
  }

  /** Plain lines, from a pipe or a terminal that cannot be drawn on. Goes on after a failure; the first one gives the exit status. */
  async runOnLines(): Promise<number> {
    const { terminal, screen } = this.#environment
    let lines: string[] = []
    let length = 0
    let status: number = exitStatus.done
    const prompt = (): void => (terminal.isTyped ? terminal.write(lines.length === 0 ? 'millrace> ' : '       -> ') : undefined)
    prompt()
    for await (const line of terminal.readLines()) {
      if (lines.length > 0 || line.trim() !== '') lines.push(line)
      length += line.length
      if (length > scriptLengthMax) throw scriptTooLarge('standard input')
      // Nothing else can make a whole of what was none: a long statement is not read anew with every line.
      const text = lines.length === 1 || line.includes(';') ? lines.join('\n') : ''
      if (text !== '' && isWhole(text)) {
        const next = await this.#submit(text)
        status ||= next
        lines = []
        length = 0
      }
      if (this.#isLeaving || screen.closed.aborted) return status
      prompt()
    }
    if (lines.length === 0) return status
    const last = await this.#submit(lines.join('\n'))
    return status || last
  }

  /** Runs one command, or the statements of a text. */
  async #submit(text: string): Promise<number> {
    if (text.trim() === '' || text.trim() === ';') return exitStatus.done
    try {
      const command = clientCommand(text)
      return await (command === undefined ? this.#runStatements(text) : this.#obey(command))
    } catch (error) {
      return noteErrors(error, { name: '', text }, this.#environment)
    }
  }

  async #runStatements(text: string): Promise<number> {
    const { statements, rest } = scanStatements(text)
    for (const statement of rest === '' ? statements : [...statements, rest]) {
      const status = await runStatement(statement, this.#session, this.#environment, this.#ahead)
      if (status !== exitStatus.done) return status
    }
    return exitStatus.done
  }

  async #obey(command: ClientCommand): Promise<number> {
    const { terminal, screen } = this.#environment
    switch (command.kind) {
      case 'help':
        await screen.write(shellHelp)
        return exitStatus.done
      case 'quit':
        this.#isLeaving = true
        return exitStatus.done
      case 'clear':
        if (terminal.isInteractive) terminal.write(clearScreen)
        return exitStatus.done
      case 'statement':
        return runStatement(command.text, this.#session, this.#environment, this.#ahead)
      case 'source':
        return this.#runStatements(await this.#environment.readText(command.path))
      case 'system':
        return this.#runSystemCommand(command.line)
    }
  }

  async #runSystemCommand(line: string): Promise<number> {
    if (line === '') return exitStatus.done
    const { terminal, screen } = this.#environment
    // Ctrl-C is for the command then.
    const forget = this.#environment.onInterrupt(() => undefined)
    let status: number | null = 0
    try {
      await terminal.lend(async () => {
        status = await childStatus(line)
      })
    } finally {
      forget()
    }
    if (status !== 0) screen.note(screen.paint.quiet(`The command ended with status ${status ?? 'none'}.\n`))
    return exitStatus.done
  }
}

function childStatus(line: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(line, { shell: true, stdio: 'inherit' })
    child.on('error', (error) => reject(cliErrors.CLI_COMMAND_FAILED({ command: printableLines(line).slice(0, 60) }, { cause: error })))
    child.on('exit', (code) => resolve(code))
  })
}

/** Whether a text can be run as it stands. */
function isWhole(text: string): boolean {
  if (clientCommand(text) !== undefined) return true
  const { rest, open, statements } = scanStatements(text)
  return open === 'nothing' && rest === '' && statements.length > 0
}
