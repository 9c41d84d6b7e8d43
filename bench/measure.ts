/** Runs commands as whole processes and reports medians. */
import { spawn } from 'node:child_process'
import { assert } from '#base'

export interface Usage {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
}

const hook = `${import.meta.dirname}/usage-hook.mjs`

/** Runs a Node program once, its output thrown away. */
export function runOnce(program: string, args: readonly string[]): Promise<Usage> {
  const started = process.hrtime.bigint()
  const child = spawn(program, args, {
    env: { ...process.env, NODE_OPTIONS: `--import=${hook}` },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let report = ''
  let complaints = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    report += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9
      if (code !== 0) reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${complaints}`))
      else resolve({ wallSeconds, ...(JSON.parse(report) as Omit<Usage, 'wallSeconds'>) })
    })
  })
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
