/** Makes a worker, with all that only workers need: most processes have none. */
import type { CreatedWorker, SentWorker } from './create-worker.ts'

export async function createWorker(sent: SentWorker): Promise<CreatedWorker> {
  const { createWorker: create } = await import('./create-worker.ts')
  return create(sent)
}
