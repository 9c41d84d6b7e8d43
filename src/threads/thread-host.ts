/** Workers in threads of their own. */
import type { StartWorker, WorkerHost } from '#engines'

/**
 * `entry` is the file that threads start with: it calls `runThread`. What only threads need is loaded when the first ones start.
 * `isWatched`: somebody at a terminal may want to stop a run at any moment.
 */
export function threadHost(entry: URL, isWatched: boolean): WorkerHost {
  return {
    isBeside: true,
    isWatched,
    async host(run): Promise<StartWorker> {
      const { Threads } = await import('./threads.ts')
      const threads = new Threads(entry, run)
      return (index, listener) => threads.start(index, listener)
    },
  }
}
