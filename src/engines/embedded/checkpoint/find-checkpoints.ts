/** The door to checkpoints for those who only look. What that takes is loaded for them alone. */
import type { CheckpointPlace } from './checkpoint-places.ts'

/** The checkpoints that are kept at an address, by statement; a place that has none is an error. */
export async function findCheckpoints(address: string): Promise<CheckpointPlace[]> {
  const { checkpointPlaces } = await import('./checkpoint-places.ts')
  return checkpointPlaces(address)
}
