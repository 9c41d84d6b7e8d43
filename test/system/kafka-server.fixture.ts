/**
 * A broker of Kafka, controller included, in a process of its own. Its jars come through Maven into the user's cache. Without it the tests
 * fail; they are never skipped.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Admin } from '@platformatic/kafka'
import { cachedPath, fetchLibraries, installOnce } from './install.fixture.ts'
import { freePorts } from './ports.fixture.ts'

const version = '4.3.1'
const startMsMax = 90_000
const run = promisify(execFile)

const artifacts: readonly (readonly [string, string, string])[] = [
  ['org.apache.kafka', 'kafka_2.13', version],
  ['org.apache.kafka', 'kafka-tools', version],
  ['org.apache.logging.log4j', 'log4j-core', '2.25.1'],
  ['org.apache.logging.log4j', 'log4j-slf4j-impl', '2.25.1'],
]

const library = `kafka-${version}`

/** Fetches the jars unless they are there. */
export async function installKafkaServer(): Promise<void> {
  await installOnce(library, (building) => fetchLibraries(building, artifacts))
}

/** Runs a tool of Kafka's own, such as its producer for a terminal, and returns what it said. */
export async function runKafkaTool(name: string, words: readonly string[], input = ''): Promise<string> {
  const log = ['-Dorg.apache.logging.log4j.level=OFF', '-Dorg.apache.logging.log4j.simplelog.level=OFF']
  const tool = run('java', ['-XX:TieredStopAtLevel=1', ...log, '-cp', `${cachedPath(library)}/*`, name, ...words], { maxBuffer: 2 ** 28 })
  tool.child.stdin?.end(input)
  return (await tool).stdout
}

export interface KafkaSettings {
  /** Also listens for encrypted connections and for clients that say who they are. */
  readonly isSecure?: boolean
  /** Further settings of the broker. */
  readonly properties?: Readonly<Record<string, string>>
}

/** What clients of a server with keys and names need. */
interface KafkaSecrets {
  readonly ports: { readonly ssl: number; readonly mutualSsl: number; readonly sasl: number; readonly saslSsl: number }
  /** PEM files: the authority that signed all certificates, another one, and the client's key with its certificate. */
  readonly authority: string
  readonly otherAuthority: string
  readonly client: string
  readonly user: string
  readonly password: string
}

export interface KafkaServer {
  /** The port for connections that are neither encrypted nor named. */
  readonly port: number
  /** The same with its host, as clients want it. */
  readonly address: string
  /** Only of a secure server. */
  readonly secrets: KafkaSecrets
  readonly admin: Admin
  createTopic(name: string, partitions?: number, configs?: Readonly<Record<string, string>>): Promise<void>
  /** Until the topic has so many. */
  addPartitions(name: string, count: number): Promise<void>
  /** Where the broker keeps the messages of a partition. */
  logFolder(topic: string, partition: number): string
  /** Asks it to end. */
  stop(): Promise<void>
  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void>
  /** Starts it again, where it was. */
  restart(): Promise<void>
  /** Stops it for good and removes what it kept. */
  remove(): Promise<void>
}

export async function startKafkaServer(settings: KafkaSettings = {}): Promise<KafkaServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-kafka-'))
  const [port = 0, controller = 0, ssl = 0, mutualSsl = 0, sasl = 0, saslSsl = 0] = await freePorts(6)
  const ports = { ssl, mutualSsl, sasl, saslSsl }
  const keys = path.join(folder, 'keys')
  const password = randomBytes(12).toString('hex')
  const secrets: KafkaSecrets = {
    ports,
    authority: path.join(keys, 'authority.pem'),
    otherAuthority: path.join(keys, 'other.pem'),
    client: path.join(keys, 'client.pem'),
    user: 'alice',
    password,
  }
  if (settings.isSecure === true) await makeKeys(keys)
  const broker = new Broker(folder, port)
  const properties = {
    ...plainProperties(folder, port, controller),
    ...(settings.isSecure === true ? secureProperties(port, controller, secrets, keys) : {}),
    ...settings.properties,
  }
  await broker.format(properties, settings.isSecure === true ? secrets : null)
  await broker.start()
  const address = `127.0.0.1:${port}`
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [address], retries: 5 })
  return {
    port,
    address,
    secrets,
    admin,
    createTopic: async (name, partitions = 1, configs = {}) => {
      const rows = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
      await admin.createTopics({ topics: [name], partitions, replicas: 1, configs: rows })
      await untilPartitionsAnswer(admin, name, partitions)
    },
    addPartitions: async (name, count) => {
      await admin.createPartitions({ topics: [{ name, count, assignments: null }] })
      await untilPartitionsAnswer(admin, name, count)
    },
    logFolder: (topic, partition) => path.join(folder, 'data', `${topic}-${partition}`),
    stop: () => broker.end('SIGTERM'),
    kill: () => broker.end('SIGKILL'),
    restart: () => broker.start(),
    remove: async () => {
      await admin.close()
      await broker.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A topic that was just created may not answer yet, and clients that try again send twice. */
async function untilPartitionsAnswer(admin: Admin, name: string, count: number): Promise<void> {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }))
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 50) {
    const answer = await admin.listOffsets({ topics: [{ name, partitions }] }).catch(() => null)
    if (answer?.[0]?.partitions.length === count) return
    await sleep(50)
  }
  throw new Error(`topic ${name} did not answer within ${startMsMax} ms`)
}

function plainProperties(folder: string, port: number, controller: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': path.join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '2',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '2',
    'transaction.max.timeout.ms': '3600000',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'log.segment.bytes': '67108864',
    'log.cleaner.backoff.ms': '200',
    'message.max.bytes': '104857600',
    'replica.fetch.max.bytes': '104857600',
  }
}

function secureProperties(port: number, controller: number, { ports, user, password }: KafkaSecrets, keys: string): Record<string, string> {
  const listeners = [
    `PLAINTEXT://127.0.0.1:${port}`,
    `SSL://127.0.0.1:${ports.ssl}`,
    `MUTUAL://127.0.0.1:${ports.mutualSsl}`,
    `SASL_PLAINTEXT://127.0.0.1:${ports.sasl}`,
    `SASL_SSL://127.0.0.1:${ports.saslSsl}`,
  ]
  const login = 'org.apache.kafka.common.security'
  const plain = `${login}.plain.PlainLoginModule required username="${user}" password="${password}" user_${user}="${password}";`
  const scram = `${login}.scram.ScramLoginModule required;`
  const mechanisms = ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
    [`listener.name.${listener}.plain.sasl.jaas.config`, plain],
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`, scram],
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, scram],
  ])
  return {
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${controller}`].join(','),
    'advertised.listeners': listeners.join(','),
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,SSL:SSL,MUTUAL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': path.join(keys, 'broker.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': path.join(keys, 'authority.pem'),
    'ssl.client.auth': 'none',
    'listener.name.mutual.ssl.client.auth': 'required',
    ...Object.fromEntries(mechanisms),
  }
}

/** An authority, another one that signs nothing, and what the first one signed: for the broker at 127.0.0.1, and for a client. */
async function makeKeys(keys: string): Promise<void> {
  await mkdir(keys)
  const openssl = (...words: readonly string[]) => run('openssl', words, { cwd: keys })
  const key = ['-newkey', 'rsa:2048', '-nodes']
  for (const name of ['authority', 'other'])
    await openssl('req', '-x509', ...key, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`, '-days', '2')
  await writeFile(path.join(keys, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost')
  for (const name of ['broker', 'client']) {
    await openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const signed = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-extfile', 'names', '-days', '2']
    await openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`)
    const parts = await Promise.all(['key', 'crt'].map((end) => readFile(path.join(keys, `${name}.${end}`), 'utf8')))
    await writeFile(path.join(keys, `${name}.pem`), parts.join(''))
  }
}

class Broker {
  readonly #folder: string
  readonly #port: number
  #shell: ChildProcess | null = null
  #java = 0

  constructor(folder: string, port: number) {
    this.#folder = folder
    this.#port = port
  }

  async format(properties: Readonly<Record<string, string>>, secrets: KafkaSecrets | null): Promise<void> {
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
    await writeFile(this.#path('server.properties'), lines.join(''))
    await writeFile(
      this.#path('log4j2.properties'),
      'rootLogger.level=WARN\nrootLogger.appenderRef.out.ref=out\nappender.out.type=Console\nappender.out.name=out\n',
    )
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((each) =>
      secrets === null ? [] : ['--add-scram', `${each}=[name=${secrets.user},password=${secrets.password}]`],
    )
    const id = randomBytes(16).toString('base64url')
    const words = ['kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '--config', this.#path('server.properties'), ...users]
    await run('java', [...this.#javaWords(), ...words], { timeout: startMsMax })
  }

  #path(name: string): string {
    return path.join(this.#folder, name)
  }

  #javaWords(): string[] {
    const log = `-Dlog4j2.configurationFile=file:${this.#path('log4j2.properties')}`
    return ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx640m', log, '-cp', `${cachedPath(library)}/*`]
  }

  /** The broker ends with this process, however that ends: its shell waits for the end of its input. */
  async start(): Promise<void> {
    const script =
      '"$@" </dev/null >>"$LOG" 2>&1 & server=$!; echo $server; cat >/dev/null; kill -9 $server; wait $server 2>/dev/null; exit 0'
    const java = ['java', ...this.#javaWords(), 'kafka.Kafka', this.#path('server.properties')]
    const log = this.#path('server.log')
    await (await open(log, 'a')).close()
    const shell = spawn('bash', ['-c', script, 'bash', ...java], { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, LOG: log } })
    this.#shell = shell
    const [line] = (await once(shell.stdout, 'data')) as [Buffer]
    this.#java = Number(line.toString())
    await this.#untilItAnswers(log)
  }

  async #untilItAnswers(log: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 100) {
      if (!isAlive(this.#java)) throw new Error(`Kafka ended: ${(await readFile(log, 'utf8')).slice(-2000)}`)
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: [`127.0.0.1:${this.#port}`], retries: 0, connectTimeout: 2000 })
      const isThere = await admin.listTopics().then(
        () => true,
        () => false,
      )
      await admin.close()
      if (isThere) return
      await sleep(100)
    }
    throw new Error(`Kafka did not answer within ${startMsMax} ms: ${(await readFile(log, 'utf8')).slice(-2000)}`)
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const shell = this.#shell
    this.#shell = null
    if (shell === null) return
    if (isAlive(this.#java)) process.kill(this.#java, signal)
    for (let waitedMs = 0; waitedMs < 20_000 && isAlive(this.#java); waitedMs += 50) await sleep(50)
    const ended = once(shell, 'close')
    shell.stdin?.end()
    await ended
  }
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0)
    return true
  } catch {
    return false
  }
}

/** Ports that were free a moment ago, all different. */
