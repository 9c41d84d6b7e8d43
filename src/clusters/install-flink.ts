/** Fetches Flink once, by Maven, into the cache of the user. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { listed } from '#base'
import { clusterErrors } from './errors.ts'
import { type Artifact, flinkArtifacts } from './flink-version.ts'

type Variables = Readonly<Record<string, string | undefined>>

const fetchMsMax = 900_000
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'

/** Where the libraries of a version are kept, or will be; each set of them has a folder of its own. */
export function flinkLibraries(version: string, variables: Variables): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(flinkArtifacts(version)))
    .digest('hex')
  return path.join(cacheOf(variables), `flink-${version}-${digest.slice(0, 8)}`)
}

function cacheOf(variables: Variables): string {
  return path.join(variables['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'millrace')
}

/**
 * Fetches what is not there yet; it is made in a folder beside and moved into place, so that what was broken off is never taken for a whole.
 *
 * @param fetching is told before something is fetched
 */
export async function installFlink(version: string, variables: Variables, fetching: () => void): Promise<string> {
  const { whole, alone } = flinkArtifacts(version)
  const place = flinkLibraries(version, variables)
  if (await isThere(place)) return place
  await checkProgram('mvn', ['--version'])
  fetching()
  await build(place, { what: `Flink ${version}`, whole, alone }, (lib) => rename(lib, place))
  return place
}

/**
 * Fetches JARs that are not there yet, without what they stand on; their paths, in the same order.
 *
 * @param fetching is told the names of those that are fetched
 */
export async function installJars(
  artifacts: readonly Artifact[],
  variables: Variables,
  fetching: (names: readonly string[]) => void,
): Promise<readonly string[]> {
  const folder = path.join(cacheOf(variables), 'jars')
  const placeOf = (artifact: Artifact): string => path.join(folder, jarOf(artifact))
  const flags = await Promise.all(artifacts.map((artifact) => isThere(placeOf(artifact))))
  const missing = artifacts.filter((_artifact, index) => flags[index] === false)
  if (missing.length > 0) {
    const names = missing.map(([, name]) => name)
    await checkProgram('mvn', ['--version'])
    fetching(names)
    await build(folder, { what: listed(names), whole: [], alone: missing }, async (lib) => {
      await mkdir(folder, { recursive: true })
      for (const artifact of missing) await rename(path.join(lib, jarOf(artifact)), placeOf(artifact))
    })
  }
  return artifacts.map(placeOf)
}

/** The file of an artifact. */
export function jarOf([, name, version]: Artifact): string {
  return `${name}-${version}.jar`
}

interface Fetched {
  /** As an error calls it. */
  readonly what: string
  readonly whole: readonly Artifact[]
  readonly alone: readonly Artifact[]
}

/** @param keep moves what was fetched out of the folder that it was fetched to */
async function build(place: string, { what, whole, alone }: Fetched, keep: (lib: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(place), { recursive: true })
  const building = await mkdtemp(`${place}-building-`)
  try {
    await fetchAll(building, whole, alone)
    await keep(path.join(building, 'lib'))
  } catch (error) {
    const { stdout = '', message } = error as { readonly stdout?: string; readonly message: string }
    throw clusterErrors.CLUSTER_FETCH({ what }, { detail: mavenReason(stdout || message), cause: error })
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

function isThere(place: string): Promise<boolean> {
  return access(place).then(
    () => true,
    () => false,
  )
}

async function fetchAll(building: string, whole: readonly Artifact[], alone: readonly Artifact[]): Promise<void> {
  const nothing = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
  const dependency = ([group, name, version]: Artifact, more: string): string =>
    `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>${more}</dependency>`
  const all = [...whole.map((each) => dependency(each, '')), ...alone.map((each) => dependency(each, nothing))]
  const project = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local</groupId>
<artifactId>flink</artifactId><version>1</version><packaging>pom</packaging><dependencies>${all.join('')}</dependencies></project>`
  await writeFile(path.join(building, 'pom.xml'), project)
  const words = ['-B', '-q', `${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${building}/lib`]
  await promisify(execFile)('mvn', words, { cwd: building, timeout: fetchMsMax, maxBuffer: 2 ** 26 })
}

export async function checkProgram(program: string, words: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, [...words])
  } catch (error) {
    throw clusterErrors.CLUSTER_PROGRAM({ program }, { cause: error })
  }
}

/** The first line that Maven marks as an error says what is wrong. */
function mavenReason(text: string): string {
  const line = text.split('\n').find((each) => each.includes('[ERROR]')) ?? lastLines(text)
  return line.replace(/^.*\[ERROR\]\s*/, '').replace(/\s*-> \[Help \d+\].*$/, '')
}

export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join('\n')
}
