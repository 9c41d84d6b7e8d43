/** The program of a job in the place of a script: a JAR, with what its main method is given. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JarProgram } from '#query'
import { usageErrors } from './errors.ts'

export interface JarOptions {
  readonly mainClass: string
  /** 0: as the program or the cluster has it. */
  readonly parallelism: number
  /** Paths of JARs that it stands on. */
  readonly libraries: readonly string[]
  /** Words for its main method. */
  readonly programArguments: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}

/** Null where the target is no JAR by its name, and so a script; then what only a JAR takes is refused. */
export async function readJar(target: string, options: JarOptions): Promise<JarProgram | null> {
  const { mainClass, parallelism, libraries, programArguments, settings } = options
  if (!isJar(target)) {
    refuseWithoutJar(options)
    return null
  }
  const { checkJar, openJar } = await import('#clusters')
  for (const library of libraries) await checkJar(library)
  const urls = libraries.map((library) => pathToFileURL(path.resolve(library)).href)
  return { jar: await openJar(target), mainClass, parallelism, libraries: urls, arguments: programArguments, settings }
}

/** By its name. */
export function isJar(target: string): boolean {
  return /\.jar$/i.test(target)
}

/** Fails where something is given that a JAR alone takes. */
export function refuseWithoutJar({ mainClass, parallelism, libraries, programArguments }: JarOptions): void {
  const given = { '--main-class': mainClass !== '', '--parallelism': parallelism > 0, '--library': libraries.length > 0 }
  const options = Object.entries(given).flatMap(([name, isGiven]) => (isGiven ? [name] : []))
  const [extra] = [...options, ...programArguments]
  if (extra !== undefined) throw usageErrors.CLI_OPTION_WITHOUT_JAR({ name: extra })
}
