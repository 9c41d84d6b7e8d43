import { quotedName } from '#plan'

/** A path as Flink reads it whatever its names are. */
export function quotedPath(path: readonly string[]): string {
  return path.map(quotedName).join('.')
}
