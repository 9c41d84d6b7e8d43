/** Runs commands as whole processes and reports medians. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '#base'

export interface Usage {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
}

const hook = `${import.meta.dirname}/usage-hook.mjs`

/** Runs a Node program once, its output thrown away. What its own launcher used is counted too. */
export async function runOnce(program: string, args: readonly string[]): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const usageFile = join(folder, 'usage')
  const started = process.hrtime.bigint()
  const child = spawn(program, args, {
    env: { ...process.env, NODE_OPTIONS: `--import=${hook}`, BENCH_USAGE: usageFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}: ${complaints}`)
  const lines = readFileSync(usageFile, 'utf8').trim().split('\n')
  const parts = lines.map((line) => JSON.parse(line) as Omit<Usage, 'wallSeconds'>)
  rmSync(folder, { recursive: true })
  return {
    wallSeconds,
    cpuSeconds: parts.reduce((sum, part) => sum + part.cpuSeconds, 0),
    peakMb: Math.max(...parts.map((part) => part.peakMb)),
  }
}

/** Medians over several runs, after one that does not count. */
export async function median(runs: number, once: () => Promise<Usage>): Promise<Usage> {
  await once()
  const usages: Usage[] = []
  for (let i = 0; i < runs; i++) usages.push(await once())
  const of = (value: (usage: Usage) => number): number => {
    const middle = usages.map(value).sort((a, b) => a - b)[runs >> 1]
    assert(middle !== undefined, 'there is at least one run')
    return middle
  }
  return { wallSeconds: of((usage) => usage.wallSeconds), cpuSeconds: of((usage) => usage.cpuSeconds), peakMb: of((usage) => usage.peakMb) }
}
