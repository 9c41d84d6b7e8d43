/**
 * Workers that take turns in this thread, in an order that a number decides: for tests of what threads do, with one history for each
 * number. What threads would send is copied in the same way.
 */
import type { Clock } from '#base'
import type { BlobStore } from '#blobs'
import type { WorkerHost } from './host.ts'

export interface LocalHostShape {
  readonly clock: Clock
  readonly openBlobs: (address: string) => BlobStore
  /** Uniform in [0, 1): decides whose turn it is. */
  readonly random: () => number
  /** Bytes that may wait for a worker before its senders are held back. */
  readonly waitingBytesMax: number
  /** Whether inputs are divided among workers; left out: those that can be. */
  readonly dividesInputs?: false
}

export function localHost(shape: LocalHostShape): WorkerHost {
  return {
    ...(shape.dividesInputs === false ? { dividesInputs: false } : {}),
    async host(run) {
      const { LocalWorkers } = await import('./local-workers.ts')
      return new LocalWorkers(shape, run).start
    },
  }
}
