/**
 * A server that speaks S3, signatures and conditions included: the Versity S3 Gateway over a folder. It is built once, by the ordinary Go
 * client, into the user's cache. Without it the tests fail; they are never skipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { cachedPath, installOnce, runIn } from './install.fixture.ts'
import { freePort } from './ports.fixture.ts'

const module = 'github.com/versity/versitygw/cmd/versitygw'
const version = 'v1.8.0'
const startMsMax = 20_000

const binary = `versitygw-${version}`

/** Builds the server unless it is there. */
export async function installS3Server(): Promise<void> {
  await installOnce(binary, async (building) => {
    const variables = { GOBIN: building, CGO_ENABLED: '0', GOFLAGS: '-trimpath' }
    await runIn(building, 'go', ['install', '-ldflags=-s -w', `${module}@${version}`], variables)
    return building
  })
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
  const server = [
    path.join(cachedPath(binary), 'versitygw'),
    '--port',
    `127.0.0.1:${port}`,
    '--quiet',
    'posix',
    '--sidecar',
    `${folder}/sidecar`,
    `${folder}/data`,
  ]
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
