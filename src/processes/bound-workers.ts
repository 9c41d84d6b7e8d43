/** A host of workers that has only so many for a run: each is a thread, and anybody may ask for a million. */
import type { WorkerHost } from '#engines'
import { processErrors } from './errors.ts'

export function boundWorkers(host: WorkerHost, workersMax: number): WorkerHost {
  return {
    ...host,
    host: async (run) => {
      if (run.workers > workersMax) throw processErrors.PROCESSES_WORKERS({ limit: workersMax, count: run.workers })
      return host.host(run)
    },
  }
}
