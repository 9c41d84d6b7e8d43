/** Servers that are fetched once into the user's cache, by the ordinary clients of the registries. */
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { installPackages } from './packages.fixture.ts'

const installMsMax = 900_000
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'

/** Where something of this name is kept, or will be. */
export function cachedPath(name: string): string {
  const cache = process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache')
  return path.join(cache, 'millrace', 'test-servers', name)
}

/**
 * Makes what is kept under a name unless it is there. It is made in a folder beside, and moved into place: what was broken off is never
 * taken for a whole.
 *
 * @param make puts it together in an empty folder, and names the folder or file to keep
 */
export async function installOnce(name: string, make: (building: string) => Promise<string>): Promise<void> {
  const place = cachedPath(name)
  const isThere = await access(place).then(
    () => true,
    () => false,
  )
  if (isThere) return
  await mkdir(path.dirname(place), { recursive: true })
  const building = await mkdtemp(path.join(path.dirname(place), 'building-'))
  try {
    await rename(await make(building), place)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** Runs a program in a folder, with further variables. */
export async function runIn(
  folder: string,
  program: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const env = { ...process.env, ...variables }
  await promisify(execFile)(program, [...words], { cwd: folder, env, timeout: installMsMax, maxBuffer: 2 ** 26 })
}

/** Fetches artifacts of Maven, each group, name and version, with all that they need at run time; the folder that they are in. */
export async function fetchLibraries(building: string, artifacts: readonly (readonly [string, string, string])[]): Promise<string> {
  const dependencies = artifacts.map(
    ([group, name, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`,
  )
  const project = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local</groupId>
<artifactId>servers</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>`
  await writeFile(path.join(building, 'pom.xml'), project)
  await maven(building, [`${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${building}/lib`])
  return path.join(building, 'lib')
}

/** Fetches one file of Maven, such as `group:name:version:zip:classifier`, into a folder. */
export async function fetchArtifact(folder: string, artifact: string): Promise<void> {
  await maven(folder, [`${plugin}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`, '-Dmdep.useBaseVersion=true'])
}

async function maven(folder: string, words: readonly string[]): Promise<void> {
  await installPackages('mvn', ['maven'])
  await runIn(folder, 'mvn', ['-B', '-q', ...words])
}
