/** Workers in threads of their own. */
import type { StartWorker, WorkerHost } from '#engines'

export interface ThreadHostOptions {
  /** Whether somebody at a terminal may want to stop a run at any moment. */
  readonly isWatched: boolean
  /** Secrets that threads find by their names before all others; left out: there are none. */
  readonly secrets?: () => Readonly<Record<string, string>>
}

/** `entry` is the file that threads start with: it calls `runThread`. What only threads need is loaded when the first ones start. */
export function threadHost(entry: URL, { isWatched, secrets = () => ({}) }: ThreadHostOptions): WorkerHost {
  return {
    isBeside: true,
    isWatched,
    async host(run): Promise<StartWorker> {
      const { Threads } = await import('./threads.ts')
      const threads = new Threads(entry, run, secrets())
      return (index, listener) => threads.start(index, listener)
    },
  }
}
