/**
 * A schema registry that speaks the REST interface of the original: Apicurio Registry in memory, from Maven. It is fetched once, by the
 * ordinary client, into the user's cache. Without it the tests fail; they are never skipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachedPath, fetchArtifact, installOnce, runIn } from './install.fixture.ts'
import { freePort } from './ports.fixture.ts'

const version = '2.6.13.Final'
const startMsMax = 180_000

const application = `schema-registry-${version}`

/** Fetches the server unless it is there. */
export async function installSchemaRegistry(): Promise<void> {
  await installOnce(application, async (building) => {
    const packed = path.join(building, 'packed')
    const unpacked = path.join(building, 'application')
    await mkdir(packed)
    await mkdir(unpacked)
    await fetchArtifact(packed, `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`)
    const [archive = ''] = await readdir(packed)
    await runIn(packed, 'tar', ['xzf', archive, '-C', unpacked])
    return unpacked
  })
}

export interface SchemaRegistry {
  readonly port: number
  /** Address of the interface. */
  readonly url: string
  /** What it keeps is lost. */
  stop(): Promise<void>
  restart(): Promise<void>
  remove(): Promise<void>
}

/** Starts a server of its own, which refuses schemas that cannot read earlier messages, as the original does. */
export async function startSchemaRegistry(): Promise<SchemaRegistry> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-registry-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    child = await launch(port, folder)
    await untilItAnswers(url, child)
  }
  const stop = async (): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once('close', resolve))
    running.stdin?.end()
    await ended
  }
  await start()
  return {
    port,
    url,
    stop,
    restart: start,
    remove: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The server ends with this process, however that ends: its shell waits for the end of its input. */
async function launch(port: number, folder: string): Promise<ChildProcess> {
  const home = cachedPath(application)
  const jar = (await readdir(home)).find((name) => name === 'quarkus-run.jar' || name.endsWith('-runner.jar'))
  const script = '"$@" </dev/null & server=$!; cat >/dev/null; kill -9 $server; wait $server 2>/dev/null; exit 0'
  const frugal = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const settings = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`, '-Dquarkus.management.enabled=false']
  const server = ['java', ...frugal, ...settings, '-jar', path.join(home, jar ?? '')]
  return spawn('bash', ['-c', script, 'bash', ...server], { stdio: ['pipe', 'ignore', 'ignore'], cwd: folder })
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const kind = 'application/vnd.schemaregistry.v1+json'
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 200) {
    if (child.exitCode !== null) throw new Error(`the schema registry ended with status ${child.exitCode}`)
    const answer = await fetch(`${url}/config`, {
      method: 'PUT',
      headers: { 'content-type': kind },
      body: '{"compatibility":"BACKWARD"}',
    }).catch(() => null)
    if (answer?.ok === true) return
    await sleep(200)
  }
  throw new Error(`the schema registry did not answer within ${startMsMax} ms`)
}
