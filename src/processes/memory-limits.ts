/** How much memory a process may have, and how it is divided. */

import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface MemoryLimits {
  /** Of what V8 keeps in its heap: values of functions, plans, rows on their way. */
  readonly heapBytes: number
  /** For the state of each run, which lies outside of the heap; what has no room there goes to a file. */
  readonly stateBytes: number
  /** Of the whole process. */
  readonly totalBytes: number
}

const mb = 1_048_576
/** What the program itself takes. */
const programBytes = 256 * mb
const leastHeapBytes = 128 * mb
const leastStateBytes = 32 * mb

/** Divides memory among so many processes fairly: half of a share for state, a quarter for the heap, the rest for what is on its way. */
export function memoryShare(bytes: number, processes: number): MemoryLimits {
  const share = Math.floor(bytes / Math.max(1, processes))
  const heapBytes = Math.max(leastHeapBytes, Math.floor(share / 4))
  const stateBytes = Math.max(leastStateBytes, Math.floor(share / 2))
  return { heapBytes, stateBytes, totalBytes: Math.max(share, heapBytes + stateBytes + programBytes) }
}

/** Bytes that a process has in memory; null where the system does not say. */
export async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

const watchEveryMs = 500

/** Calls back once when a process has more than it may. */
export async function watchMemory(pid: number, bytesMax: number, exceeded: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(watchEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return
    const bytes = await residentBytes(pid)
    if (bytes === null || bytes <= bytesMax) continue
    exceeded()
    return
  }
}
