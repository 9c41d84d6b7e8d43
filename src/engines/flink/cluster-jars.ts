/** JARs of jobs on a Flink cluster, over the REST interface of its job manager: each is sent once, and found by its content. */
import { FlinkServer, type GatewayAddress } from './client.ts'
import type { Topology } from './topology.ts'

export interface JarFile {
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly hash: string
  readonly bytes: number
  /** Its content, read as it is sent. */
  read(): AsyncIterable<Uint8Array>
}

/** What of a JAR is run, and how. */
export interface JarProgram {
  /** Empty: the one that the JAR names itself. */
  readonly mainClass: string
  readonly arguments: readonly string[]
  /** 0: as the program or the cluster has it. */
  readonly parallelism: number
  /** Under Flink's keys. */
  readonly settings: Readonly<Record<string, string>>
}

export interface JarRun extends JarProgram {
  /** That the job is to have, 32 hexadecimal digits. */
  readonly jobId: string
  /** The savepoint that it goes on from; empty: none. */
  readonly from: string
  /** NO_CLAIM, CLAIM, or empty for what the cluster does by itself. */
  readonly claimMode: string
  readonly allowsDroppedState: boolean
}

/** A large file over a slow line. */
const sendMsMax = 3_600_000

export class FlinkJars {
  readonly #sending: FlinkServer
  /** The main method runs before it answers. */
  readonly #running: FlinkServer

  constructor(address: GatewayAddress) {
    this.#sending = new FlinkServer(address, { server: 'job manager', answerMsMax: sendMsMax })
    this.#running = new FlinkServer(address, { server: 'job manager' })
  }

  /** The id of a JAR on the cluster, which is sent unless one of the same content is there. */
  async keep({ hash, ...content }: JarFile): Promise<string> {
    const name = `${hash}.jar`
    const { files } = await this.#running.call('GET', '/jars')
    if (!Array.isArray(files)) throw this.#running.strangeAnswer()
    const known = (files as readonly WrittenJar[]).find((each) => each.name === name)
    if (known !== undefined) return String(known.id)
    const { filename } = await this.#sending.upload('/jars/upload', { field: 'jarfile', name, ...content })
    const [id = ''] = String(filename).split('/').slice(-1)
    if (!id.endsWith(name)) throw this.#sending.strangeAnswer()
    return id
  }

  /** Runs the main method of a JAR, which submits its job; the id of that. */
  async run(jar: string, { jobId, from, claimMode, allowsDroppedState, ...program }: JarRun): Promise<string> {
    const { jobid } = await this.#running.call('POST', `/jars/${jar}/run`, {
      ...bodyOf(program),
      jobId,
      ...(from === '' ? {} : { savepointPath: from }),
      ...(claimMode === '' ? {} : { claimMode }),
      allowNonRestoredState: allowsDroppedState,
    })
    if (typeof jobid !== 'string') throw this.#running.strangeAnswer()
    return jobid
  }

  /** The graph of the job that its main method would submit. Nothing is started. */
  async plan(jar: string, program: JarProgram): Promise<Topology> {
    const { plan } = await this.#running.call('POST', `/jars/${jar}/plan`, bodyOf(program))
    const { nodes } = (plan ?? {}) as { readonly nodes?: readonly WrittenNode[] }
    if (!Array.isArray(nodes)) throw this.#running.strangeAnswer()
    return topologyOf(nodes)
  }
}

interface WrittenJar {
  readonly id: unknown
  readonly name: unknown
}

function bodyOf({ mainClass, arguments: words, parallelism, settings }: JarProgram): object {
  return {
    ...(mainClass === '' ? {} : { entryClass: mainClass }),
    programArgsList: words,
    ...(parallelism === 0 ? {} : { parallelism }),
    flinkConfiguration: settings,
  }
}

interface WrittenNode {
  readonly id: string
  readonly parallelism: number
  readonly description: string
  readonly inputs?: readonly { readonly id: string; readonly ship_strategy: string }[]
}

/** Sources first. A task has one name for all that is chained in it, and the id of the first of that. */
function topologyOf(written: readonly WrittenNode[]): Topology {
  const nodes = written.toReversed()
  const numberOf = new Map(nodes.map(({ id }, index) => [id, index + 1]))
  const vertices = nodes.map(({ id, parallelism, description, inputs = [] }, index) => {
    const origins = inputs.map((input) => ({ from: numberOf.get(input.id) ?? 0, exchange: input.ship_strategy }))
    const name = plainText(description)
    const operators = [{ number: index + 1, id, name, description: name, parallelism, inputs: origins }]
    return { id, parallelism, operators }
  })
  return { vertices, slots: Math.max(0, ...nodes.map(({ parallelism }) => parallelism)) }
}

/** Flink describes a chain for its web page, with a line and a mark for each operator. */
function plainText(description: string): string {
  return description
    .split('<br/>')
    .map((line) => line.replace(/^[\s:+|-]*/, '').trim())
    .filter((line) => line !== '')
    .join(' -> ')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
}
