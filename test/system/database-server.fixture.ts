/** What servers of databases have in common: a folder and a port of their own, a child process that ends with this one, and a client. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const startMsMax = 60_000

export interface DatabaseServer {
  readonly name: 'postgresql' | 'mysql' | 'mariadb'
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Such as jdbc:postgresql://127.0.0.1:5432/test. */
  readonly url: string
  /** Files of those that it trusts, and of a client that it trusts; null: it has no TLS. */
  readonly certificates: { readonly ca: string; readonly certificate: string; readonly key: string } | null
  /** Runs SQL with the database's own client; the rows it prints, as texts. NULL is `NULL`. */
  ask(sql: string): Promise<string[][]>
  stop(): Promise<void>
  /** As a crash does. */
  kill(): Promise<void>
  /** Starts it again, with what it had. */
  restart(): Promise<void>
  /** Stops it for good and removes what it kept. */
  remove(): Promise<void>
}

/** A server as a child: its shell ends it when its own input ends, which it does with this process, however that ends. */
export class ServerChild {
  readonly #command: readonly string[]
  readonly #ask: () => Promise<unknown>
  #child: ChildProcess | null = null
  #pid = 0

  /** `ask` succeeds once the server answers. */
  constructor(command: readonly string[], ask: () => Promise<unknown>) {
    this.#command = command
    this.#ask = ask
  }

  async start(): Promise<void> {
    const script =
      '"$@" </dev/null >/dev/null 2>&1 & server=$!; echo $server; cat >/dev/null; kill -9 $server 2>/dev/null; wait $server; exit 0'
    const child = spawn('bash', ['-c', script, 'bash', ...this.#command], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#child = child
    this.#pid = await new Promise((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(Number(bytes.toString().trim()))))
    const endsAt = performance.now() + startMsMax
    for (;;) {
      const answer = await this.#ask().then(
        () => null,
        (error: unknown) => String((error as { stderr?: unknown }).stderr ?? error),
      )
      if (answer === null) return
      if (!isAlive(this.#pid)) throw new Error(`the server ended by itself: ${answer}`)
      if (performance.now() > endsAt) throw new Error(`the server did not answer within ${startMsMax} ms: ${answer}`)
      await sleep(100)
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null) return
    if (isAlive(this.#pid)) process.kill(this.#pid, signal)
    while (isAlive(this.#pid)) await sleep(20)
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.stdin?.end()
    await ended
  }
}

/** What has ended and was not waited for yet counts as ended. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !isZombie(pid)
}

function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
