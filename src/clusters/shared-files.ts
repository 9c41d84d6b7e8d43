/** A folder for one exchange of files with the gateway of a cluster: in one that was named for it, or on this machine where the gateway is. */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { clusterErrors } from './errors.ts'
import type { Cluster } from './registry.ts'

export interface SharedFiles {
  readonly compiled: string
  readonly edited: string
  readCompiled(): Promise<string | null>
  writeEdited(text: string): Promise<void>
  remove(): Promise<void>
}

/** A plan is some hundred bytes for each column of its operators. */
const bytesMax = 256 * 2 ** 20

/** Fails where no folder is known that both sides see. */
export async function shareFiles({
  name,
  gatewayUrl,
  planFolder,
}: Pick<Cluster, 'name' | 'gatewayUrl' | 'planFolder'>): Promise<SharedFiles> {
  if (planFolder === '' && !isHere(gatewayUrl)) throw clusterErrors.CLUSTER_PLAN_FOLDER({ name })
  const parent = planFolder === '' ? tmpdir() : planFolder
  const folder = await makeFolder(parent, planFolder !== '')
  const compiled = path.join(folder, 'compiled.json')
  const edited = path.join(folder, 'edited.json')
  return {
    compiled,
    edited,
    async readCompiled() {
      const size = await stat(compiled).catch(() => null)
      if (size === null) return null
      if (size.size > bytesMax) throw clusterErrors.CLUSTER_PLAN_LARGE({ bytes: size.size, max: bytesMax })
      return readFile(compiled, 'utf8').catch(unusable(folder))
    },
    writeEdited: (text) => writeFile(edited, text).catch(unusable(folder)),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Who may look into a folder that was named for it may look into this one too: the gateway may run as somebody else. */
async function makeFolder(parent: string, isNamed: boolean): Promise<string> {
  try {
    const folder = await mkdtemp(path.join(parent, 'millrace-plan-'))
    if (isNamed) await chmod(folder, (await stat(parent)).mode & 0o777)
    return folder
  } catch (cause) {
    return unusable(parent)(cause)
  }
}

function unusable(folder: string): (cause: unknown) => never {
  return (cause) => {
    throw clusterErrors.CLUSTER_PLAN_FILES({ folder }, { cause })
  }
}

function isHere(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(URL.parse(url)?.hostname ?? '')
}
