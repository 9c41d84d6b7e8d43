import type { Engine } from '#engines'

/** Jobs started so far, by engine: sessions that share an engine must not give an id twice. */
const counts = new WeakMap<Engine, number>()

/** An id that no other job of the engine has; `name` is for people. */
export function createJobId(engine: Engine, name: string): string {
  const count = (counts.get(engine) ?? 0) + 1
  counts.set(engine, count)
  return `${name}-${count}`
}
