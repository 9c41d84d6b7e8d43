/**
 * The requests to HDFS that files need, over WebHDFS, each tried again while that may help. A name node says which data node has or takes
 * the bytes; of several name nodes the next one is asked where one is on standby or does not answer.
 */
import http from 'node:http'
import type { Patience } from '#base'
import { RemoteCalls, type RemoteWatch } from '../remote-calls.ts'
import { type Answer, exchange } from './exchange.ts'
import type { HdfsAddress } from './hdfs-address.ts'
import { describeHdfs, HdfsRefusal, hdfsError, hdfsPauseAfter, isHdfsMissing, isOfAnotherNode } from './hdfs-failure.ts'

/** A file or a directory. */
export interface HdfsEntry {
  /** Its last step; empty where it was asked for by its whole path. */
  readonly name: string
  readonly isDirectory: boolean
  readonly bytes: number
  readonly modifiedMs: number
}

export interface HdfsEnvironment {
  readonly user: string
  readonly patience: Patience
  readonly watch?: RemoteWatch
}

interface FileStatus {
  readonly pathSuffix: string
  readonly type: string
  readonly length: number
  readonly modificationTime: number
}

interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly op: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export class WebHdfs {
  readonly #address: HdfsAddress
  readonly #user: string
  readonly #calls: RemoteCalls
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
  #active = 0

  constructor(address: HdfsAddress, { user, patience, watch }: HdfsEnvironment) {
    this.#address = address
    this.#user = user
    this.#calls = new RemoteCalls(patience, watch ?? null)
  }

  /** Null where nothing is. */
  async look(path: string): Promise<HdfsEntry | null> {
    const found = await this.#unlessMissing(path, 'read', { method: 'GET', op: 'GETFILESTATUS' })
    return found === null ? null : entryOf((jsonOf(found) as { FileStatus: FileStatus }).FileStatus)
  }

  /** What is in a directory, by name; nothing where it does not exist. */
  async list(path: string): Promise<HdfsEntry[]> {
    const entries: HdfsEntry[] = []
    for (let startAfter = ''; ; startAfter = entries.at(-1)?.name ?? '') {
      const parameters = startAfter === '' ? {} : { startAfter }
      const page = await this.#unlessMissing(path, 'read', { method: 'GET', op: 'LISTSTATUS_BATCH', parameters })
      if (page === null) return entries
      const { DirectoryListing: listing } = jsonOf(page) as {
        DirectoryListing: { partialListing: { FileStatuses: { FileStatus: FileStatus[] } }; remainingEntries: number }
      }
      entries.push(...listing.partialListing.FileStatuses.FileStatus.map(entryOf))
      if (listing.remainingEntries === 0) return entries
    }
  }

  /** Exactly `length` bytes from `offset`; fewer only where the file ends before. */
  async read(path: string, offset: number, length: number): Promise<Uint8Array> {
    const parameters = { offset: String(offset), length: String(length) }
    return (await this.#try(path, 'read', { method: 'GET', op: 'OPEN', parameters })).body
  }

  /** Writes a whole file, and the directories above it; replaces one that is there. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.#try(path, 'write', { method: 'PUT', op: 'CREATE', parameters: { overwrite: 'true' }, body: bytes })
  }

  /** False where that cannot be: nothing is there, or something is at the other name. */
  async rename(path: string, to: string): Promise<boolean> {
    const moved = await this.#unlessMissing(path, 'write', { method: 'PUT', op: 'RENAME', parameters: { destination: to } })
    return moved !== null && (jsonOf(moved) as { boolean: boolean }).boolean
  }

  /** Puts the blocks of other files behind those of the first; the others are gone then. */
  async concat(path: string, others: readonly string[]): Promise<void> {
    await this.#try(path, 'write', { method: 'POST', op: 'CONCAT', parameters: { sources: others.join(',') } })
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#try(path, 'write', { method: 'PUT', op: 'MKDIRS' })
  }

  /** Removes a file, or nothing where none is. */
  async remove(path: string): Promise<void> {
    await this.#unlessMissing(path, 'write', { method: 'DELETE', op: 'DELETE' })
  }

  close(): void {
    this.#agent.destroy()
  }

  async #unlessMissing(path: string, action: 'read' | 'write', operation: Operation): Promise<Answer | null> {
    return this.#try(path, action, operation, true)
  }

  async #try(path: string, action: 'read' | 'write', operation: Operation): Promise<Answer>
  async #try(path: string, action: 'read' | 'write', operation: Operation, mayMiss: true): Promise<Answer | null>
  async #try(path: string, action: 'read' | 'write', operation: Operation, mayMiss = false): Promise<Answer | null> {
    try {
      return await this.#calls.try(() => this.#ask(path, operation), hdfsPauseAfter, describeHdfs)
    } catch (error) {
      if (mayMiss && isHdfsMissing(error)) return null
      throw hdfsError(error, { name: path, place: this.#address.place, user: this.#user, action })
    }
  }

  async #ask(path: string, { method, op, parameters = {}, body }: Operation): Promise<Answer> {
    const { nodes } = this.#address
    const node = nodes[this.#active % nodes.length]
    try {
      const url = new URL(`http://${hostOf(node?.host ?? '')}:${node?.port}/webhdfs/v1${path.split('/').map(encodeURIComponent).join('/')}`)
      for (const [key, value] of Object.entries({ op, 'user.name': this.#user, ...parameters })) url.searchParams.set(key, value)
      const first = await exchange(method, url, null, this.#agent)
      if (first.status !== 307 || first.location === undefined) return heeded(first, body !== undefined)
      return heeded(await exchange(method, new URL(first.location), body ?? null, false), false)
    } catch (error) {
      if (isOfAnotherNode(error)) this.#active++
      throw error
    }
  }
}

/** IPv6 addresses stand in brackets. */
function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function heeded(answer: Answer, needsDataNode: boolean): Answer {
  if (answer.status >= 200 && answer.status < 300 && !needsDataNode) return answer
  const text = answer.body.toString()
  const said = exceptionIn(text)
  throw new HdfsRefusal(answer.status, said?.exception ?? '', said?.message ?? text.slice(0, 200))
}

function exceptionIn(text: string): { readonly exception: string; readonly message: string } | undefined {
  try {
    return (JSON.parse(text) as { RemoteException?: { exception: string; message: string } }).RemoteException
  } catch {
    return undefined
  }
}

function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new HdfsRefusal(404, '', 'no JSON')
  }
}

function entryOf({ pathSuffix, type, length, modificationTime }: FileStatus): HdfsEntry {
  return { name: pathSuffix, isDirectory: type === 'DIRECTORY', bytes: length, modifiedMs: modificationTime }
}
