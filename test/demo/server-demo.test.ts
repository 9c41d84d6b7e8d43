/** The demo with its server: as a program runs it, and as somebody at a terminal, who comes back to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'

const program = path.resolve('bin/millrace')
const slow = { timeout: 180_000 }
const patienceMs = 90_000

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  printed(): string
}

let folder: string
const started: Running[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-server-demo-'))
})
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  await rm(folder, { recursive: true, force: true })
})

function start(command: string, words: readonly string[], variables: Readonly<Record<string, string>>): Running {
  const { CI: _ci, ...others } = process.env
  const env = { ...others, MILLRACE_HOME: path.join(folder, 'home'), ...variables }
  const child = spawn(command, words, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const running = { child, ended, printed: () => text }
  started.push(running)
  return running
}

/** At a terminal. The shell between gives way to the program: one that stays would be ended by a Ctrl-C, and hide how the program ended. */
function startAtTerminal(): Running {
  return start('script', ['--quiet', '--flush', '--return', '--command', `exec '${program}' demo`, '/dev/null'], { TERM: 'xterm' })
}

async function seen(running: Running, pattern: RegExp): Promise<RegExpExecArray> {
  const startMs = systemClock.monotonicMs()
  for (;;) {
    const found = pattern.exec(running.printed())
    if (found !== null) return found
    const isOver = running.child.exitCode !== null || systemClock.monotonicMs() - startMs > patienceMs
    if (isOver) throw new Error(`there is no ${pattern} in: ${running.printed()}`)
    await sleep(50)
  }
}

async function endsWell(running: Running): Promise<void> {
  const status = await running.ended
  if (status !== 0) throw new Error(`it ended with status ${status}: ${running.printed()}`)
}

async function post(origin: string, place: string, body: object): Promise<{ readonly status: number; readonly name: string }> {
  const reply = await fetch(`${origin}/api/v1${place}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const { name = '' } = (await reply.json()) as { readonly name?: string }
  return { status: reply.status, name }
}

test('without a terminal it shows a server, its jobs with evidence and their rows, and ends well', slow, async () => {
  const demo = start(program, ['demo'], {})
  await endsWell(demo)
  const text = demo.printed()
  expect(text).toMatch(/Millrace is ready, with live flights: http:\/\/127\.0\.0\.1:\d+\n/)
  expect(text).toContain('+ job replay flights, started\n')
  expect(text).toContain('3,003,376 rows in')
  expect(text).toMatch(
    /\nairport delays: running · [\d,]+ rows in · [\d,]+ out · .*seen \d+ s ago by processes of this server · attempt 1\n/,
  )
  expect(text).toMatch(/Some rows of flights:\n(?: {2}20\d\d-.+, [A-Z]{3}, [A-Z]{3}, -?\d+, \d+\n){5}/)
  expect(text).toMatch(/Some rows of airport_delays:\n(?: {2}20\d\d-.+, [A-Z]{3}, .+\n){5}/)
  expect(text).toContain('Alert rules: flights come late, a demo job does not run. Alerts that fire: 0.\n')
})

test('at a terminal it stays until Ctrl-C, and the next one goes on, at another port where its own is taken', slow, async () => {
  const first = startAtTerminal()
  const [, origin = '', key = ''] = await seen(first, /(http:\/\/127\.0\.0\.1:\d+)\/welcome#link=(\S+)/)
  expect(await post(origin, '/sign-in/link', { link: key, name: 'ada', password: 'correct horse battery' })).toEqual({
    status: 200,
    name: 'ada',
  })
  expect((await post(origin, '/sign-in/link', { link: key, name: 'eve', password: 'correct horse battery' })).status).toBeGreaterThan(399)
  await seen(first, /replay flights: running · [1-9][\d,]* rows in .* attempt 1/)
  first.child.stdin?.write('\u0003')
  await endsWell(first)
  expect(first.printed()).toContain('jobs take a last checkpoint')
  const neighbour = createServer().listen(8080, '127.0.0.1')
  neighbour.on('error', () => undefined)
  try {
    const second = startAtTerminal()
    await seen(second, /sign in as ada/)
    const [, again = '', link = ''] = await seen(second, /(http:\/\/127\.0\.0\.1:\d+)\/welcome#link=(\S+)/)
    expect(again).not.toBe('http://127.0.0.1:8080')
    expect(await post(again, '/sign-in/link', { link })).toEqual({ status: 200, name: 'ada' })
    await seen(second, /replay flights: running · [1-9][\d,]* rows in .* attempt 2/)
    expect(second.printed()).not.toContain('+ job')
    second.child.stdin?.write('\u0003')
    await endsWell(second)
  } finally {
    await new Promise((resolve) => neighbour.close(resolve))
  }
})
