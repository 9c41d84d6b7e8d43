/** Ends processes of a server that is gone: they have seen that and may be about to leave by themselves, or compute and see nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '#base'
import { isAlive, isDead, type ProcessIdentity } from '#blobs'

export interface StrayPatience {
  /** How long it may take to leave by itself. */
  readonly graceMs: number
  /** How long after it was asked by the system. */
  readonly terminatedMs: number
}

/** How often it is looked whether it is there. */
const lookEveryMs = 100
/** What cannot be seen from here is looked for less often. */
const lookFarEveryMs = 5000

/** Resolves when a process has surely ended. One that is surely there is ended by force in the end; what cannot be told is waited for. */
export async function endStray(identity: ProcessIdentity, { graceMs, terminatedMs }: StrayPatience, clock: Clock): Promise<void> {
  const startMs = clock.monotonicMs()
  let sent: NodeJS.Signals | null = null
  while (!(await isDead(identity))) {
    const isHere = await isAlive(identity)
    const waitedMs = clock.monotonicMs() - startMs
    const due = waitedMs < graceMs ? null : waitedMs < graceMs + terminatedMs ? 'SIGTERM' : 'SIGKILL'
    if (isHere && due !== null && due !== sent) {
      signal(identity.pid, due)
      sent = due
    }
    await sleep(isHere ? lookEveryMs : lookFarEveryMs, undefined, { ref: false })
  }
}

/** It may have ended since it was seen. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ESRCH') throw error
  }
}
