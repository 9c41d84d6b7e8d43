/**
 * Ends test files from which nothing comes any more, and says at which tests they stood: one that keeps its thread to itself is beyond the
 * time limits of the runner. Such a file counts as failed, and the others go on.
 */
import { execFileSync } from 'node:child_process'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Longer than any test may take. */
const silenceMsMax = Number(process.env['TEST_SILENCE_MS'] ?? 900_000)

export default class SilenceReporter implements Reporter {
  readonly #tests = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined

  onTestModuleStart({ relativeModuleId }: TestModule): void {
    this.#tests.set(relativeModuleId, 'the start')
    this.#heard()
  }

  onTestCaseReady({ module, fullName }: TestCase): void {
    this.#tests.set(module.relativeModuleId, fullName)
    this.#heard()
  }

  onTestCaseResult(): void {
    this.#heard()
  }

  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    this.#tests.delete(relativeModuleId)
    this.#heard()
  }

  onTestRunEnd(): void {
    clearTimeout(this.#timer)
  }

  #heard(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#end(), silenceMsMax)
    this.#timer.unref()
  }

  #end(): void {
    for (const [file, test] of this.#tests) console.error(`Nothing came for ${silenceMsMax / 1000} s from ${file}, at: ${test}`)
    for (const pid of childrenOf(process.pid)) kill(pid)
  }
}

function childrenOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number))
  return all.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : []))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
