/**
 * The requests that blobs need of a store that speaks S3, each tried for a bounded time. Keys, region, profile and endpoint are found as
 * every AWS tool finds them: in the environment, or in its files.
 */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { Patience } from '#base'
import type { BlobInfo } from '../blob-store.ts'
import { RemoteCalls, type RemoteWatch } from '../remote-calls.ts'
import type { BucketAddress } from './bucket-address.ts'
import { describeFailure, HalfAnswer, isBeyondEnd, isMissing, isRefused, isUploadGone, pauseAfter, s3Error } from './s3-failure.ts'

/** For how long the store may be silent, and how long one request may take: a part of a large blob over a slow line. */
const silenceMsMax = 20_000
const requestMsMax = 120_000
const connectMsMax = 5000

type Variables = Readonly<Record<string, string | undefined>>

/** What an object looked like when it was read or written: it has another mark after every change. */
export type Mark = string

export interface S3Environment {
  readonly variables: Variables
  readonly patience: Patience
  readonly watch?: RemoteWatch
}

/** An object as a listing shows it. */
export interface ListedObject extends BlobInfo {
  readonly mark: Mark
  readonly modifiedMs: number
}

/** An object that is sent in parts, and has not come to its end. */
export interface OpenUpload {
  readonly name: string
  readonly upload: string
}

/** Only when nothing is there, or only when what is there has the mark. */
type Condition = { readonly ifNone: true } | { readonly ifMark: Mark } | Record<string, never>

export class S3Objects {
  readonly #client: S3Client
  readonly #address: BucketAddress
  readonly #patience: Patience
  readonly #calls: RemoteCalls

  constructor(address: BucketAddress, { variables, patience, watch }: S3Environment, client = new S3Client(settingsFrom(variables))) {
    this.#client = client
    this.#address = address
    this.#patience = patience
    this.#calls = new RemoteCalls(patience, watch ?? null)
  }

  /** The same objects, whose requests are tried once. */
  get impatient(): S3Objects {
    const patience = { ...this.#patience, retryMsMax: 0 }
    return new S3Objects(this.#address, { variables: {}, patience }, this.#client)
  }

  /** The bytes and the mark of an object. */
  async get(name: string, start: number, length: number): Promise<{ readonly bytes: Uint8Array; readonly mark: Mark }> {
    if (length <= 0) return { bytes: new Uint8Array(0), mark: '' }
    const isWhole = start === 0 && length === Number.POSITIVE_INFINITY
    const end = length === Number.POSITIVE_INFINITY ? '' : start + length - 1
    const range = isWhole ? {} : { Range: `bytes=${start}-${end}` }
    return this.#try('read', name, async (options) => {
      try {
        const { Body, ETag = '' } = await this.#client.send(new GetObjectCommand({ ...this.#object(name), ...range }), options)
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(0), mark: ETag }
      } catch (error) {
        if (isBeyondEnd(error)) return { bytes: new Uint8Array(0), mark: '' }
        throw error
      }
    })
  }

  /** Writes an object in one request. A condition that does not hold fails as the client raised it: see `isRefused`. */
  put(name: string, bytes: Uint8Array, condition: Condition = {}): Promise<Mark> {
    const input = { ...this.#object(name), Body: bytes, ...headersOf(condition) }
    return this.#try('write', name, async (options) => (await this.#client.send(new PutObjectCommand(input), options)).ETag ?? '')
  }

  async remove(name: string): Promise<void> {
    await this.#try('write', name, (options) => this.#client.send(new DeleteObjectCommand(this.#object(name)), options))
  }

  /** Bytes of an object that is as it was when it had the mark, where one is given; null where it is another one now. */
  async getUnchanged(name: string, mark: Mark | undefined, start: number, length: number): Promise<Uint8Array | null> {
    const input = { ...this.#object(name), ...(mark === undefined ? {} : { IfMatch: mark }), Range: `bytes=${start}-${start + length - 1}` }
    return this.#try('read', name, async (options) => {
      try {
        const { Body } = await this.#client.send(new GetObjectCommand(input), options)
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array(0)
        if (bytes.length !== length) throw new HalfAnswer()
        return bytes
      } catch (error) {
        if (isRefused(error) || isBeyondEnd(error)) return null
        throw error
      }
    })
  }

  /** What a listing would show of one object; null where there is none. */
  async head(name: string): Promise<ListedObject | null> {
    return this.#try('read', name, async (options) => {
      try {
        const { ETag = '', ContentLength = 0, LastModified } = await this.#client.send(new HeadObjectCommand(this.#object(name)), options)
        return { name, bytes: ContentLength, mark: ETag, modifiedMs: LastModified?.getTime() ?? 0 }
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    })
  }

  /** Objects whose names begin with `prefix`; `here`: without those that have a slash behind it. */
  async list(prefix: string, depth: 'all' | 'here' = 'all'): Promise<ListedObject[]> {
    const found: ListedObject[] = []
    const { bucket } = this.#address
    const own = this.#keyOf('')
    let next: string | undefined
    do {
      const input = { Bucket: bucket, Prefix: own + prefix, ContinuationToken: next, ...(depth === 'here' ? { Delimiter: '/' } : {}) }
      const page = await this.#try('read', prefix, (options) => this.#client.send(new ListObjectsV2Command(input), options))
      for (const { Key = '', Size = 0, ETag = '', LastModified } of page.Contents ?? []) {
        found.push({ name: Key.slice(own.length), bytes: Size, mark: ETag, modifiedMs: LastModified?.getTime() ?? 0 })
      }
      next = page.IsTruncated === true ? page.NextContinuationToken : undefined
    } while (next !== undefined)
    return found
  }

  /** Begins an object that is sent in parts; nothing is there before its end. */
  async beginParts(name: string): Promise<string> {
    const input = this.#object(name)
    const { UploadId = '' } = await this.#try('write', name, (options) =>
      this.#client.send(new CreateMultipartUploadCommand(input), options),
    )
    return UploadId
  }

  putPart(name: string, upload: string, number: number, bytes: Uint8Array): Promise<Mark> {
    const input = { ...this.#object(name), UploadId: upload, PartNumber: number, Body: bytes }
    return this.#try('write', name, async (options) => (await this.#client.send(new UploadPartCommand(input), options)).ETag ?? '')
  }

  async endParts(name: string, upload: string, parts: readonly Mark[], condition: Condition): Promise<void> {
    const Parts = parts.map((mark, index) => ({ PartNumber: index + 1, ETag: mark }))
    const input = { ...this.#object(name), UploadId: upload, MultipartUpload: { Parts }, ...headersOf(condition) }
    await this.#try('write', name, (options) => this.#client.send(new CompleteMultipartUploadCommand(input), options))
  }

  /** Ends an upload; false where it is not there any more: it was ended or abandoned before. */
  async endUnlessGone(name: string, upload: string, parts: readonly Mark[]): Promise<boolean> {
    const Parts = parts.map((mark, index) => ({ PartNumber: index + 1, ETag: mark }))
    const input = { ...this.#object(name), UploadId: upload, MultipartUpload: { Parts } }
    return this.#try('write', name, async (options) => {
      try {
        await this.#client.send(new CompleteMultipartUploadCommand(input), options)
        return true
      } catch (error) {
        if (isUploadGone(error)) return false
        throw error
      }
    })
  }

  /** Objects whose names begin with `prefix` that were begun to be sent in parts, and neither ended nor abandoned. */
  async listUploads(prefix: string): Promise<OpenUpload[]> {
    const found: OpenUpload[] = []
    const own = this.#keyOf('')
    let next: { readonly KeyMarker?: string | undefined; readonly UploadIdMarker?: string | undefined } | null = {}
    while (next !== null) {
      const input: ListMultipartUploadsCommandInput = { Bucket: this.#address.bucket, Prefix: own + prefix, ...next }
      const page: ListMultipartUploadsCommandOutput = await this.#try('read', prefix, (options) =>
        this.#client.send(new ListMultipartUploadsCommand(input), options),
      )
      for (const { Key = '', UploadId = '' } of page.Uploads ?? []) found.push({ name: Key.slice(own.length), upload: UploadId })
      next = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null
    }
    return found
  }

  /** Abandons an upload in parts; one that is gone is no error. */
  async abandonUpload(name: string, upload: string): Promise<void> {
    const input = { ...this.#object(name), UploadId: upload }
    await this.#try('write', name, async (options) => {
      await this.#client.send(new AbortMultipartUploadCommand(input), options).catch((error: unknown) => {
        if (!isUploadGone(error)) throw error
      })
    })
  }

  async abandonParts(name: string, upload: string): Promise<void> {
    const input = { ...this.#object(name), UploadId: upload }
    await this.#client.send(new AbortMultipartUploadCommand(input), { abortSignal: AbortSignal.timeout(silenceMsMax) })
  }

  #keyOf(name: string): string {
    const { prefix } = this.#address
    return prefix === '' ? name : `${prefix}/${name}`
  }

  #object(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#address.bucket, Key: this.#keyOf(name) }
  }

  async #try<T>(action: 'read' | 'write', name: string, send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      return await this.#calls.try(() => send({ abortSignal: AbortSignal.timeout(requestMsMax) }), pauseAfter, describeFailure)
    } catch (error) {
      const { bucket, place } = this.#address
      if (isRefused(error)) throw error
      throw s3Error(error, { name, place, bucket, action })
    }
  }

  /** Ends the connections that are kept open. */
  close(): void {
    this.#client.destroy()
  }
}

function headersOf(condition: Condition): { readonly IfNoneMatch?: string; readonly IfMatch?: string } {
  if ('ifNone' in condition) return { IfNoneMatch: '*' }
  return 'ifMark' in condition ? { IfMatch: condition.ifMark } : {}
}

/** What the client does not take from the environment by itself. */
function settingsFrom(variables: Variables): S3ClientConfig {
  const hasEndpoint = (variables['AWS_ENDPOINT_URL_S3'] ?? variables['AWS_ENDPOINT_URL'] ?? '') !== ''
  const region = variables['AWS_REGION'] || variables['AWS_DEFAULT_REGION'] || (hasEndpoint ? 'us-east-1' : undefined)
  const pathStyle = variables['AWS_S3_FORCE_PATH_STYLE'] ?? ''
  return {
    ...(region === undefined ? {} : { region }),
    // Stores of one's own seldom have a host name for each bucket.
    forcePathStyle: pathStyle === '' ? hasEndpoint : pathStyle === 'true',
    // Failures are tried again here, where their time is bounded.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectMsMax, socketTimeout: silenceMsMax },
  }
}
