/** Functions of users that misbehave: the run ends, and the function is named. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-functions-'))
  writeFileSync(
    path.join(folder, 'functions.ts'),
    `const declared = { parameters: ['BIGINT'], returns: 'BIGINT' }
export const spin = { ...declared, evaluate: (n: number) => { while (n > 3); return n } }
export const hog = { ...declared, evaluate: (n: number) => { let all: unknown = null; while (n === 4) all = { all, n: [n] }; return n } }
export const hoarder = { ...declared, evaluate: (n: number) => { const all: string[] = []; while (n > 0) all.push(String(n).repeat(3).padEnd(100, 'x') + all.length); return n } }
export const thrower = { ...declared, evaluate: (n: number) => { if (n > 3) throw new Error('there is no ' + n); return n } }
export const leaver = { ...declared, evaluate: (n: number) => { if (n > 3) process.exit(0); return n } }
`,
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly status: number | null
  readonly said: string
}

/** Runs a query that calls a function for ten numbers. `flags` are Node's. */
function call(name: string, settings: string, whileRunning?: (pid: number) => Promise<void>, flags = ''): Promise<Ended> {
  const script = path.join(folder, `${name}.sql`)
  writeFileSync(
    script,
    `${settings}
CREATE FUNCTION f AS '${path.join(folder, 'functions.ts')}#${name}' LANGUAGE TYPESCRIPT;
CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '1', 'fields.a.end' = '10');
SELECT f(a) FROM t;
`,
  )
  return new Promise((resolve, reject) => {
    const child = spawn(path.resolve('bin/millrace'), ['run', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(flags === '' ? {} : { NODE_OPTIONS: flags }) },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        said += bytes.toString()
      })
    }
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, said }))
    if (whileRunning !== undefined) whileRunning(child.pid ?? 0).catch(reject)
  })
}

describe.each([1, 2])('with %i workers', (workers) => {
  const shared = `SET 'parallelism.default' = '${workers}';`

  test('one that never returns is named, and its run ends', { timeout: 60_000 }, async () => {
    const { status, said } = await call('spin', `${shared}\nSET 'execution.user-function.timeout' = '1 s';`)
    expect(said).toContain('function "f" did not return')
    expect(status).toBe(1)
  })

  test('one that allocates without end is named', { timeout: 60_000 }, async () => {
    const { status, said } = await call('hog', shared, undefined, '--max-old-space-size=150')
    expect(said).toContain('function "f" has ended the worker')
    expect(said).toContain('memory')
    expect(status).toBe(1)
  })

  test('one that every worker allocates in without end, at the same time, is named, and the process lives', {
    timeout: 120_000,
  }, async () => {
    const { status, said } = await call('hoarder', shared, undefined, '--max-old-space-size=150')
    expect(said).toContain('function "f" has ended the worker')
    expect(said).toContain('memory')
    expect(said).not.toContain('FATAL ERROR')
    expect(status).toBe(1)
  })

  test('one that ends its program is named', { timeout: 60_000 }, async () => {
    const { status, said } = await call('leaver', shared)
    expect(said).toContain('function "f" has ended the worker')
    expect(status).toBe(1)
  })

  test('one that throws is named, with the place of its call', { timeout: 60_000 }, async () => {
    const { status, said } = await call('thrower', shared)
    // Several workers come to one of them first.
    expect(said).toMatch(/function f stopped with an error: there is no [4-8]\b/)
    expect(said).toContain('SELECT f(a) FROM t')
    expect(status).toBe(1)
  })

  test('Ctrl-C twice ends a run that one holds up', { timeout: 60_000 }, async () => {
    const begun = performance.now()
    const { status } = await call('spin', shared, async (pid) => {
      await sleep(2500)
      process.kill(pid, 'SIGINT')
      await sleep(500)
      process.kill(pid, 'SIGINT')
    })
    expect(status).toBe(130)
    expect(performance.now() - begun).toBeGreaterThan(2500)
  })
})
