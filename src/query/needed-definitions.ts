/**
 * What of a catalog a script needs: things whose names it has, and what these stand on. It is read by words alone, so that it may be more
 * than is needed, and never less: an engine elsewhere is told of a few things instead of thousands.
 */
import type { KeptObjects } from '#catalog'
import { firstTokens } from '#sql'

export function neededDefinitions(script: string, kept: KeptObjects): KeptObjects {
  const byName = Map.groupBy(kept, ({ object }) => object.path.at(-1) ?? '')
  const needed = new Set<KeptObjects[number]>()
  const waiting = [...namesIn(script)]
  const met = new Set(waiting)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const each of byName.get(name) ?? []) {
      if (needed.has(each)) continue
      needed.add(each)
      // A view names what it reads, a table the catalog and the database that it is in.
      for (const next of [...each.object.path, ...namesIn(each.text)]) {
        if (met.has(next)) continue
        met.add(next)
        waiting.push(next)
      }
    }
  }
  return kept.filter((each) => needed.has(each))
}

/** Words, and what stands between backticks. */
function namesIn(text: string): Set<string> {
  const tokens = firstTokens(text, Number.POSITIVE_INFINITY).map((token) => token.text)
  return new Set(tokens.map((token) => (token.startsWith('`') ? token.slice(1, -1).replaceAll('``', '`') : token)))
}
