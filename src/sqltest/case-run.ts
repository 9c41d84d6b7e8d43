/** One run of a test: its inputs are written into a folder, its statements are run, each step is answered. */
import path from 'node:path'
import { MillraceError } from '#base'
import { type Answer, AnswerListener } from './answer.ts'
import { type CaseSession, EmbeddedCaseSession, RemoteCaseSession } from './case-session.ts'
import { sqltestErrors } from './errors.ts'
import { writeInput } from './input-rows.ts'
import { cutScript, type ScriptStatement } from './script-statements.ts'
import type { Expectation, Restart, Step, TestCase } from './test-file.ts'
import type { CaseFolder, TestWorld } from './test-world.ts'

/** What a step gave where something was expected of it. */
export interface StepAnswer {
  readonly expectation: Expectation
  readonly answer: Answer
  /** The error that ended the step. */
  readonly error: Trouble | null
}

/** Something that went wrong and where: in statements, or at a line of the file. */
export interface Trouble {
  readonly error: unknown
  readonly line: number
  readonly source?: TroubleSource
}

/** The statements in which an error has its position, as they were run. */
interface TroubleSource {
  /** The file that they are from, when it is not that of the test. */
  readonly script: string | null
  readonly sql: string
  /** For each line of the statements its line in the file. */
  lineOf(line: number): number | undefined
}

export interface CaseOutcome {
  readonly answers: readonly StepAnswer[]
  /** What ended the run early. */
  readonly trouble: Trouble | null
  /** Restarts that should have come. */
  readonly missed: readonly Restart[]
  /** The folder that `$dir` stood for. */
  readonly place: string
}

/** What is run: a test, the folder of its file, and where the run is broken off. */
export interface CasePlan {
  readonly test: TestCase
  readonly directory: string
  readonly restarts: readonly Restart[]
}

/** Runs a test once; an aborted signal ends it. */
export async function runCase(plan: CasePlan, world: TestWorld, signal: AbortSignal): Promise<CaseOutcome> {
  const folder = await world.createFolder()
  const listener = new AnswerListener(() => session.timeZone())
  let session: CaseSession
  try {
    session = await openSession(plan, world, folder, listener)
    try {
      return await new CaseRun({ plan, world, folder, session, listener }).run(signal)
    } finally {
      await session.close().catch(() => undefined)
    }
  } finally {
    await folder.remove()
  }
}

async function openSession(plan: CasePlan, world: TestWorld, folder: CaseFolder, listener: AnswerListener): Promise<CaseSession> {
  if (world.openRemote === undefined) return new EmbeddedCaseSession(plan.restarts, world, folder, listener)
  return new RemoteCaseSession(await world.openRemote(world.settings ?? {}))
}

interface CaseParts {
  readonly plan: CasePlan
  readonly world: TestWorld
  readonly folder: CaseFolder
  readonly session: CaseSession
  readonly listener: AnswerListener
}

class CaseRun {
  readonly #plan: CasePlan
  readonly #test: TestCase
  readonly #world: TestWorld
  readonly #folder: CaseFolder
  readonly #session: CaseSession
  readonly #listener: AnswerListener
  /** Scripts by their names, read once. */
  readonly #scripts = new Map<string, readonly ScriptStatement[]>()

  constructor({ plan, world, folder, session, listener }: CaseParts) {
    this.#plan = plan
    this.#test = plan.test
    this.#world = world
    this.#folder = folder
    this.#session = session
    this.#listener = listener
  }

  async run(signal: AbortSignal): Promise<CaseOutcome> {
    const late = new AbortController()
    const { runMsMax } = this.#world
    const timer = setTimeout(() => late.abort(), runMsMax)
    const answers: StepAnswer[] = []
    try {
      const trouble = await this.#steps(answers, AbortSignal.any([signal, late.signal]))
      const isLate = late.signal.aborted && !signal.aborted
      const endless = { error: sqltestErrors.SQLTEST_ENDLESS({ seconds: runMsMax / 1000 }), line: this.#test.line }
      return { answers, trouble: isLate ? endless : trouble, missed: this.#missed(), place: this.#folder.place }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Not every test of a file has to read what all of them share. */
  #missed(): Restart[] {
    return this.#session.missed().flatMap(({ restart, isRead }) => (isRead || restart.line > this.#test.line ? [restart] : []))
  }

  /** Gives what went wrong where nothing was expected to. */
  async #steps(answers: StepAnswer[], signal: AbortSignal): Promise<Trouble | null> {
    const trouble = await this.#prepare(signal)
    if (trouble !== null) return trouble
    for (const step of this.#test.steps) {
      const found = step.script === null ? await this.#step(step, answers, signal) : await this.#script(step.script, signal)
      if (signal.aborted) return null
      if (found !== null) return found
    }
    return null
  }

  /** Writes files, reads scripts and creates the tables of the test, but for those that a script creates. */
  async #prepare(signal: AbortSignal): Promise<Trouble | null> {
    const { files, tables, steps } = this.#test
    for (const { name, lines } of files) await this.#folder.write(name, `${lines.join('\n')}\n`)
    for (const { script } of steps) {
      const trouble = script === null ? null : await this.#readScript(script)
      if (trouble !== null) return trouble
    }
    const scripted = [...this.#scripts.values()].flat().map(({ creates }) => creates)
    for (const table of tables) {
      if (scripted.includes(table.name)) continue
      const error = await this.#catch(async () => this.#run(await writeInput(table, this.#folder), signal))
      if (error !== null) return { error, line: table.line }
    }
    return null
  }

  async #readScript({ name, line }: { readonly name: string; readonly line: number }): Promise<Trouble | null> {
    if (this.#scripts.has(name)) return null
    let sql = ''
    try {
      sql = await this.#world.readText(this.#placeOf(name))
      this.#scripts.set(name, cutScript(sql))
      return null
    } catch (error) {
      return { error, line, source: this.#sourceOf(name, sql) }
    }
  }

  #sourceOf(script: string, sql: string): TroubleSource {
    return { script: this.#placeOf(script), sql, lineOf: (line) => line }
  }

  #placeOf(script: string): string {
    return path.join(this.#plan.directory, script)
  }

  /** Runs a step of the test; gives what went wrong if nothing was expected of it. */
  async #step({ expectation, sql, sqlLines }: Step, answers: StepAnswer[], signal: AbortSignal): Promise<Trouble | null> {
    // A second expectation without statements is one of the same answer.
    if (sql !== '') this.#listener.clear()
    const text = sql.replaceAll('$dir', this.#folder.place)
    let answer: Answer | null = null
    const error = await this.#catch(async () => {
      await this.#run(text, signal)
      if (expectation !== null) answer = await this.#listener.answer(expectation, this.#folder)
    })
    const source = { script: null, sql: text, lineOf: (line: number) => sqlLines[line - 1] }
    const trouble = error === null ? null : { error, line: expectation?.line ?? sqlLines[0] ?? 0, source }
    answer ??= answerOfError(error)
    if (expectation === null || answer === null) return trouble
    if (!signal.aborted) answers.push({ expectation, answer, error: trouble })
    return null
  }

  /** Runs the statements of a script; what they write is kept from the tables outside. */
  async #script({ name, line }: { readonly name: string; readonly line: number }, signal: AbortSignal): Promise<Trouble | null> {
    this.#listener.clear()
    this.#session.recordTables(true)
    try {
      for (const { sql, creates } of this.#scripts.get(name) ?? []) {
        const error = await this.#catch(async () => {
          await this.#run(sql, signal)
          if (creates !== null) await this.#fill(creates)
        })
        if (error !== null) return { error, line, source: this.#sourceOf(name, sql) }
        if (signal.aborted) return null
      }
      return null
    } finally {
      this.#session.recordTables(false)
    }
  }

  /** A table of the script for which the test has rows reads these. */
  async #fill(name: string): Promise<void> {
    const table = this.#test.tables.findLast((each) => each.name === name)
    if (table !== undefined) await this.#session.fill(table, this.#folder)
  }

  async #run(sql: string, signal: AbortSignal): Promise<void> {
    await this.#session.run(sql, this.#listener, signal)
  }

  /** The first error of some work; null when there was none. */
  async #catch(work: () => Promise<void>): Promise<unknown> {
    try {
      await work()
      return null
    } catch (error) {
      return error instanceof AggregateError ? error.errors[0] : error
    }
  }
}

/** An error as it can be expected; null for one that has no code. */
function answerOfError(error: unknown): Answer | null {
  if (!(error instanceof MillraceError)) return null
  const place = error.position === undefined ? '' : ` at ${error.position.line}:${error.position.column}`
  return { kind: 'error', detail: `${error.code}${place}`, rows: [] }
}
