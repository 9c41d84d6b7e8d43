/**
 * Clients of Flink's SQL gateway as others wrote them: Flink's SQL client and its JDBC driver, from Maven, and two packages of Python, from
 * its index. They are fetched once, by the ordinary clients, into the user's cache.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cachedPath, fetchArtifact, fetchLibraries, installOnce, runIn } from './install.fixture.ts'
import { installPackages } from './packages.fixture.ts'

const version = '2.3.0'
const clients = `flink-clients-${version}`
const pythonPackages = ['flink-sql-gateway-api==2.1.0', 'py-flink-sql-gateway==0.1.6']
const python = 'flink-gateway-python-1'
const runMsMax = 120_000

const libraries = ['flink-streaming-java', 'flink-clients', 'flink-table-runtime', 'flink-table-api-java-uber']
const alone = ['flink-sql-client', 'flink-sql-gateway', 'flink-sql-jdbc-driver-bundle']

export async function installGatewayClients(): Promise<void> {
  await installPackages('javac', ['default-jdk-headless'], ['-version'])
  await installOnce(clients, async (building) => {
    const jars = await fetchLibraries(
      building,
      libraries.map((name) => ['org.apache.flink', name, version] as const),
    )
    for (const name of alone) await fetchArtifact(jars, `org.apache.flink:${name}:${version}`)
    return jars
  })
  await installPackages('pip3', ['python3-pip'])
  await installOnce(python, async (building) => {
    const target = path.join(building, 'packages')
    await mkdir(target)
    await runIn(building, 'python3', ['-m', 'pip', 'install', '-q', '--target', target, ...pythonPackages])
    return target
  })
}

export interface GatewayPlace {
  readonly port: number
  readonly token: string
}

/** What a client printed: its output, and what it said besides. */
export interface Printed {
  readonly out: string
  readonly notes: string
}

/** Waits for a gateway that was just started. */
export async function untilAnswering({ port, token }: GatewayPlace): Promise<void> {
  const url = `http://127.0.0.1:${port}/v1/api_versions`
  for (let tried = 0; tried < 200; tried++) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => null)
    if (answer?.ok === true) return
    await sleep(50)
  }
  throw new Error('the gateway does not answer')
}

/** Runs a script with Flink's SQL client. */
export async function runSqlClient({ port, token }: GatewayPlace, script: string, folder: string): Promise<Printed> {
  await writeFile(path.join(folder, 'config.yaml'), 'rest.address: 127.0.0.1\nexecution.checkpointing.dir: file:///nowhere/checkpoints\n')
  await writeFile(path.join(folder, 'client.sql'), script)
  const words = ['gateway', '-e', `http://127.0.0.1:${port}`, '-f', 'client.sql', '-hist', path.join(folder, 'history')]
  const java = [
    '--add-opens=java.base/java.lang=ALL-UNNAMED',
    '--add-opens=java.base/java.util=ALL-UNNAMED',
    '-cp',
    `${cachedPath(clients)}/*`,
  ]
  return run(folder, 'java', [...java, 'org.apache.flink.table.client.SqlClient', ...words], { ...headers(token), FLINK_CONF_DIR: folder })
}

/** Runs a program of Java, one class in one file, with Flink's JDBC driver. */
export function runJava({ token }: GatewayPlace, file: string, words: readonly string[], folder: string): Promise<Printed> {
  const classPath = [...alone.map((name) => `${name}-${version}.jar`).slice(2), 'slf4j-api-1.7.36.jar']
  const line = ['-cp', classPath.map((name) => path.join(cachedPath(clients), name)).join(':'), file, ...words]
  return run(folder, 'java', line, headers(token))
}

export function runPython(file: string, words: readonly string[], folder: string): Promise<Printed> {
  return run(folder, 'python3', [file, ...words], { PYTHONPATH: cachedPath(python) })
}

function headers(token: string): Record<string, string> {
  return { FLINK_REST_CLIENT_HEADERS: `Authorization:Bearer ${token}` }
}

async function run(folder: string, program: string, words: readonly string[], variables: Record<string, string>): Promise<Printed> {
  // What they read and print is UTF-8, whatever the language of the machine is, if it has one.
  const env = { ...process.env, LC_ALL: 'C.UTF-8', ...variables }
  const { stdout, stderr } = await promisify(execFile)(program, [...words], { cwd: folder, env, timeout: runMsMax, maxBuffer: 2 ** 24 })
  return { out: stdout, notes: stderr }
}
