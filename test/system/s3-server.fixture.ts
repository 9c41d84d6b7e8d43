/**
 * A server that speaks S3, signatures and conditions included: the Versity S3 Gateway over a folder. It is built once, by the ordinary Go
 * client, into the user's cache. Without it the tests fail; they are never skipped.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'

const module = 'github.com/versity/versitygw/cmd/versitygw'
const version = 'v1.8.0'
const installMsMax = 600_000
const startMsMax = 20_000

/** Where the built server is. */
function binaryPath(): string {
  const cache = process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache')
  return path.join(cache, 'millrace', 'test-servers', `versitygw-${version}`, 'versitygw')
}

/** Builds the server unless it is there. */
export async function installS3Server(): Promise<void> {
  const binary = binaryPath()
  const isThere = await access(binary).then(
    () => true,
    () => false,
  )
  if (isThere) return
  const folder = path.dirname(path.dirname(binary))
  await mkdir(folder, { recursive: true })
  // Built beside and moved into place, so that a build that was broken off is never taken for a whole one.
  const building = await mkdtemp(path.join(folder, 'building-'))
  try {
    const variables = { ...process.env, GOBIN: building, CGO_ENABLED: '0', GOFLAGS: '-trimpath' }
    const words = ['install', '-ldflags=-s -w', `${module}@${version}`]
    await promisify(execFile)('go', words, { env: variables, cwd: building, timeout: installMsMax, maxBuffer: 2 ** 26 })
    await mkdir(path.dirname(binary), { recursive: true })
    await rename(path.join(building, 'versitygw'), binary)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

export interface S3Server {
  readonly bucket: string
  /** Where the objects are, as files. */
  readonly objects: string
  /** What a client finds in its environment: endpoint and keys. */
  readonly variables: Readonly<Record<string, string>>
  stop(): Promise<void>
  /** Starts it again, where it was. */
  restart(): Promise<void>
  /** Stops it for good and removes what it kept. */
  remove(): Promise<void>
}

/** Starts a server of its own, with keys that nobody else has, and a bucket in it. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-s3-'))
  for (const name of ['data', 'sidecar']) await mkdir(path.join(folder, name))
  const port = await freePort()
  const keys = { id: randomBytes(10).toString('hex'), secret: randomBytes(20).toString('hex') }
  const endpoint = `http://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    child = launch(port, folder, keys)
    await untilItAnswers(endpoint, child)
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
  const bucket = 'checkpoints'
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: keys.id, secretAccessKey: keys.secret },
  })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return {
    bucket,
    objects: path.join(folder, 'data', bucket),
    variables: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret, AWS_REGION: 'us-east-1' },
    stop,
    restart: start,
    remove: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The server ends with this process, however that ends: its shell waits for the end of its input. */
function launch(port: number, folder: string, keys: { readonly id: string; readonly secret: string }): ChildProcess {
  const script = '"$@" </dev/null & server=$!; cat >/dev/null; kill -9 $server; wait $server 2>/dev/null; exit 0'
  const server = [binaryPath(), '--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', `${folder}/sidecar`, `${folder}/data`]
  return spawn('bash', ['-c', script, 'bash', ...server], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, ROOT_ACCESS_KEY: keys.id, ROOT_SECRET_KEY: keys.secret },
  })
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 50) {
    if (child.exitCode !== null) throw new Error(`the S3 server ended with status ${child.exitCode}`)
    const answer = await fetch(endpoint).catch(() => null)
    if (answer !== null) return
    await sleep(50)
  }
  throw new Error(`the S3 server did not answer within ${startMsMax} ms`)
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
