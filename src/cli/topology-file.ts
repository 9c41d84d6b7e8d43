/** Edits of a topology, in a file beside the script that they are of. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { TopologyEdits } from '#query'

export function editsPlace(script: string): string {
  return `${script}.topology.json`
}

/** None where there is no such file. */
export async function loadEdits(script: string): Promise<TopologyEdits> {
  const { noEdits, readEdits } = await import('#query')
  // Standard input has nothing beside it.
  if (script === '-') return noEdits
  const place = editsPlace(script)
  try {
    return readEdits(await readFile(place, 'utf8'), place)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return noEdits
    throw error
  }
}

/** Written beside and moved into place. Where nothing is edited, there is no file. */
export async function saveEdits(script: string, edits: TopologyEdits): Promise<void> {
  const { noEdits, writeEdits } = await import('#query')
  const [text, place] = [writeEdits(edits), editsPlace(script)]
  if (text === writeEdits(noEdits)) return rm(place, { force: true })
  await writeFile(`${place}.new`, text)
  await rename(`${place}.new`, place)
}
