/** Fetches Flink once, by Maven, into the cache of the user. */
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { clusterErrors } from './errors.ts'
import { type Artifact, flinkArtifacts } from './flink-version.ts'

type Variables = Readonly<Record<string, string | undefined>>

const fetchMsMax = 900_000
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'

/** Where the libraries of a version are kept, or will be. */
function flinkLibraries(version: string, variables: Variables): string {
  const cache = variables['XDG_CACHE_HOME'] || path.join(homedir(), '.cache')
  return path.join(cache, 'millrace', `flink-${version}`)
}

/**
 * Fetches what is not there yet; it is made in a folder beside and moved into place, so that what was broken off is never taken for a whole.
 *
 * @param fetching is told before something is fetched
 */
export async function installFlink(version: string, variables: Variables, fetching: () => void): Promise<string> {
  const { whole, alone } = flinkArtifacts(version)
  const place = flinkLibraries(version, variables)
  const isThere = await access(place).then(
    () => true,
    () => false,
  )
  if (isThere) return place
  await checkProgram('mvn', ['--version'])
  fetching()
  await mkdir(path.dirname(place), { recursive: true })
  const building = await mkdtemp(`${place}-building-`)
  try {
    await fetchAll(building, whole, alone)
    await rename(path.join(building, 'lib'), place)
    return place
  } catch (error) {
    const { stdout = '', message } = error as { readonly stdout?: string; readonly message: string }
    throw clusterErrors.CLUSTER_FETCH({ version }, { detail: mavenReason(stdout || message), cause: error })
  } finally {
    await rm(building, { recursive: true, force: true })
  }
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
