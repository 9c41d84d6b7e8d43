import type { NexmarkPlaces } from './nexmark.ts'
import type { BenchSuite } from './suite.ts'

/** The Nexmark queries over so many events; they are loaded when somebody asks for them. */
export async function loadNexmarkSuite(events: number, places: NexmarkPlaces): Promise<BenchSuite> {
  const { nexmarkSuite } = await import('./nexmark.ts')
  return nexmarkSuite(events, places)
}
