/**
 * A schema registry that speaks the REST interface of the original: Apicurio Registry in memory, from Maven. It is fetched once, by the
 * ordinary client, into the user's cache. Without it the tests fail; they are never skipped.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const version = '2.6.13.Final'
const installMsMax = 600_000
const startMsMax = 180_000
const run = promisify(execFile)

function applicationPath(): string {
  const cache = process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache')
  return path.join(cache, 'millrace', 'test-servers', `schema-registry-${version}`)
}

/** Fetches the server unless it is there. */
export async function installSchemaRegistry(): Promise<void> {
  const application = applicationPath()
  const isThere = await access(application).then(
    () => true,
    () => false,
  )
  if (isThere) return
  const folder = path.dirname(application)
  await mkdir(folder, { recursive: true })
  // Unpacked beside and moved into place, so that what was broken off is never taken for a whole.
  const building = await mkdtemp(path.join(folder, 'building-'))
  try {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'
    const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`
    const words = ['-B', '-q', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${building}/packed`]
    await run('mvn', words, { cwd: building, timeout: installMsMax, maxBuffer: 2 ** 26 })
    const [archive] = await readdir(path.join(building, 'packed'))
    await mkdir(path.join(building, 'application'))
    await run('tar', ['xzf', path.join(building, 'packed', archive ?? ''), '-C', path.join(building, 'application')])
    await rename(path.join(building, 'application'), application)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
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
  const application = applicationPath()
  const jar = (await readdir(application)).find((name) => name === 'quarkus-run.jar' || name.endsWith('-runner.jar'))
  const script = '"$@" </dev/null & server=$!; cat >/dev/null; kill -9 $server; wait $server 2>/dev/null; exit 0'
  const frugal = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const settings = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`, '-Dquarkus.management.enabled=false']
  const server = ['java', ...frugal, ...settings, '-jar', path.join(application, jar ?? '')]
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
