/** `millrace test`: runs files of tests, says what differs, and writes expectations anew where it is asked to. */
import { readFile, writeFile } from 'node:fs/promises'
import { counted, printable, printableLines } from '#base'
import type { RemoteSession } from '#query'
import {
  countTests,
  type FileReport,
  parseTestFile,
  renderJunit,
  runTest,
  type TestFile,
  type TestResult,
  type TestWorld,
  updateExpectations,
} from '#sqltest'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { cliErrors } from '../errors.ts'
import type { Paint } from '../output/paint.ts'
import { renderError } from '../render-error.ts'
import { type FoundFile, findTestFiles } from './find-test-files.ts'
import { localTestWorld } from './local-test-world.ts'

export interface TestOptions {
  readonly update: boolean
  /** Where a report for machines is written; empty for nowhere. */
  readonly junit: string
  /** The SQL gateway of Flink that is asked; empty: tests run here. */
  readonly gateway: string
}

export async function runTests(paths: readonly string[], options: TestOptions, environment: CliEnvironment): Promise<number> {
  const { gateway, update, junit } = options
  const openRemote = (settings: Readonly<Record<string, string>>): Promise<RemoteSession> => environment.openRemote(gateway, settings)
  const world = gateway === '' ? localTestWorld : { ...localTestWorld, openRemote }
  const files = await findTestFiles(paths)
  // A report that cannot be written is found out before the work.
  if (junit !== '') await writeText(junit, renderJunit([]))
  const { signal, forget } = stopSignal(environment)
  const reports: FileReport[] = []
  try {
    for (const file of files) {
      if (signal.aborted) break
      const report = await new FileRun(file, update, { environment, world, signal }).run()
      reports.push(report)
      // Of a file whose tests were stopped in the middle, nothing can be said.
      if (!signal.aborted) await environment.screen.write(fileLine(report, environment.screen.answerPaint))
    }
  } finally {
    forget()
  }
  if (junit !== '') await writeText(junit, renderJunit(reports))
  const { passed, failed, gaps } = countTests(reports)
  const gapLine = gaps === 0 ? '' : `${counted(gaps, 'known gap')} among those that passed\n`
  await environment.screen.write(`\n${gapLine}${passed} passed, ${failed} failed\n`)
  if (signal.aborted) return environment.screen.closed.aborted ? exitStatus.done : exitStatus.interrupted
  return failed === 0 ? exitStatus.done : exitStatus.statement
}

/** Aborted by the first Ctrl-C and when nobody reads on; the second Ctrl-C ends the process. */
function stopSignal(environment: CliEnvironment): { readonly signal: AbortSignal; readonly forget: () => void } {
  const stopping = new AbortController()
  const forget = environment.onInterrupt(() => {
    if (stopping.signal.aborted) environment.exit(exitStatus.interrupted)
    stopping.abort()
  })
  return { signal: AbortSignal.any([stopping.signal, environment.screen.closed]), forget }
}

interface RunPlace {
  readonly environment: CliEnvironment
  readonly world: TestWorld
  readonly signal: AbortSignal
}

/** The tests of one file, from reading to writing. */
class FileRun {
  readonly #file: FoundFile
  readonly #update: boolean
  readonly #environment: CliEnvironment
  readonly #world: TestWorld
  readonly #signal: AbortSignal

  constructor(file: FoundFile, update: boolean, { environment, world, signal }: RunPlace) {
    this.#file = file
    this.#update = update
    this.#environment = environment
    this.#world = world
    this.#signal = signal
  }

  async run(): Promise<FileReport> {
    const { clock, screen } = this.#environment
    const { name } = this.#file
    const startedMs = clock.monotonicMs()
    const report = (results: readonly TestResult[], trouble: string | null): FileReport => ({
      name,
      results,
      trouble,
      durationMs: clock.monotonicMs() - startedMs,
    })
    let text = ''
    try {
      if (this.#file.error !== null) throw this.#file.error
      text = await this.#environment.readText(name === '-' ? './-' : name)
      const file = parseTestFile(name, text)
      const results = await this.#results(file)
      for (const { failures } of results) for (const failure of failures) await screen.write(`\n${painted(failure, screen.answerPaint)}\n`)
      return report(results, null)
    } catch (error) {
      const source = { name, text }
      await screen.write(`\n${renderError(error, { source, paint: screen.answerPaint })}`)
      return report([], renderError(error, { source }))
    }
  }

  async #results(file: TestFile): Promise<TestResult[]> {
    const results = await this.#runAll(file, file.tests)
    if (!this.#update || this.#signal.aborted) return results
    const text = updateExpectations(file.text, results)
    if (text === file.text) return results
    await writeText(file.name, `${await markOf(file.name)}${text}`)
    this.#environment.screen.note(`${file.name}: expectations of ${counted(changedTests(results), 'test')} written anew\n`)
    // Run again, they show whether what was written holds.
    const updated = parseTestFile(file.name, text)
    const again = updated.tests.filter((_, index) => results[index]?.unmet.length !== 0)
    const rerun = await this.#runAll(updated, again)
    return results.map((result) => (result.unmet.length === 0 ? result : (rerun.shift() ?? result)))
  }

  async #runAll(file: TestFile, tests: TestFile['tests']): Promise<TestResult[]> {
    const results: TestResult[] = []
    for (const test of tests) {
      const result = await runTest(file, test, this.#world, this.#signal)
      if (this.#signal.aborted) break
      results.push(result)
    }
    return results
  }
}

function changedTests(results: readonly TestResult[]): number {
  return results.filter(({ unmet }) => unmet.length > 0).length
}

/** The byte order mark that a file begins with, which reading takes away. */
async function markOf(file: string): Promise<string> {
  const bytes = await readFile(file)
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? '\ufeff' : ''
}

async function writeText(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException
    throw cliErrors.CLI_FILE_UNWRITABLE({ path: file }, { detail: `The system said: ${message}.`, cause: error })
  }
}

function fileLine(report: FileReport, paint: Paint): string {
  const { passed, failed } = countTests([report])
  const seconds = `${(report.durationMs / 1000).toFixed(1)} s`
  const name = printable(report.name)
  if (failed === 0) return `${paint.good('ok')}     ${name}  ${paint.quiet(`${counted(passed, 'test')}, ${seconds}`)}\n`
  return `${paint.error('FAILED')} ${name}  ${paint.quiet(`${failed} of ${counted(passed + failed, 'test')}, ${seconds}`)}\n`
}

/** The difference in colours: what is missing, what came instead. */
function painted(failure: string, paint: Paint): string {
  const [first = '', ...lines] = printableLines(failure).split('\n')
  const inks = lines.map((line) => {
    if (line.startsWith('  - ')) return paint.error(line)
    if (line.startsWith('  + ')) return paint.good(line)
    return /^[\s^]+$/.test(line) ? paint.warning(line) : line
  })
  return [paint.strong(first), ...inks].join('\n')
}
