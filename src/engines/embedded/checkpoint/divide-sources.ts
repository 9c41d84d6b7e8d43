/** Divides the inputs of a run among its workers, from their beginning or from where a checkpoint left them. */

import type { ScanTask } from '../lower/tasks.ts'
import { sourceId } from '../run.ts'
import type { Manifest, SavedSource } from './manifest.ts'

/** The sources of each worker. */
export async function divideSources(
  scans: readonly ScanTask[],
  workers: number,
  manifest: Manifest | null,
  divides = true,
): Promise<readonly (readonly SavedSource[])[]> {
  const divided: SavedSource[][] = Array.from({ length: workers }, () => [])
  for (const [index, task] of scans.entries()) {
    const id = sourceId(task, index)
    const saved = manifest?.sources.filter((source) => source.id === id) ?? []
    const parts = await divideSource(task, id, workers, saved, manifest?.workers === workers, divides)
    for (const [worker, part] of parts.entries()) if (part !== null) divided[worker]?.push(part)
  }
  return divided
}

/** By worker; null: from the beginning. */
async function divideSource(
  { source, isOrderFree }: ScanTask,
  id: string,
  workers: number,
  saved: readonly SavedSource[],
  sameWorkers: boolean,
  divides: boolean,
): Promise<readonly (SavedSource | null)[]> {
  const all = Array.from({ length: workers }, (_, worker) => worker)
  if (saved.length > 0 && sameWorkers) return all.map((worker) => saved.find((each) => (each.worker ?? 0) === worker) ?? null)
  const ended: SavedSource = { id, position: null, ended: true }
  if (saved.length > 0 && saved.every((each) => each.ended)) return all.map(() => ended)
  if (source.divide === undefined || !divides) return all.map((worker) => (worker === 0 ? (saved[0] ?? null) : ended))
  const positions = await source.divide(workers, saved.length === 0 ? null : saved.map(({ position }) => position), !isOrderFree)
  // Who has nothing to read is known to have ended before any row comes: others may send it theirs.
  return all.map((worker) => (positions[worker] === null ? ended : { id, position: positions[worker], ended: false }))
}
