/** The JARs that tables need and a cluster of this machine lacks: fetched once, and checked to go together with those that it has. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { artifactsFor, type NamedLibrary } from './flink-connectors.ts'
import { flinkLibraries, installJars, jarOf } from './install-flink.ts'
import { checkClasses } from './jar-classes.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Gives the paths of all JARs that were needed since it was made, by the tables that it is told of now too. */
export type LibraryFinder = (named: readonly NamedLibrary[]) => Promise<readonly string[]>

/**
 * A finder for one session on a cluster that was started here.
 *
 * @param fetching is told the names of libraries before they are fetched
 */
export function libraryFinder(version: string, variables: Variables, fetching: (names: readonly string[]) => void): LibraryFinder {
  const all: NamedLibrary[] = []
  let found: readonly string[] = []
  return async (named) => {
    const artifacts = artifactsFor([...all, ...named], version)
    const folder = flinkLibraries(version, variables)
    const present = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jar'))
    const jars = await installJars(
      artifacts.filter((artifact) => !present.includes(jarOf(artifact))),
      variables,
      fetching,
    )
    if (jars.some((jar) => !found.includes(jar)))
      await checkClasses(
        jars,
        present.map((name) => path.join(folder, name)),
      )
    all.push(...named)
    found = jars
    return jars
  }
}
