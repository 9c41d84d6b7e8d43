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
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { type Patience, retrying } from '#base'
import type { BlobInfo } from '../blob-store.ts'
import type { BucketAddress } from './bucket-address.ts'
import { isBeyondEnd, isRefused, pauseAfter, s3Error } from './s3-failure.ts'

/** For how long the store may be silent, and how long one request may take: a part of a large blob over a slow line. */
const silenceMsMax = 20_000
const requestMsMax = 120_000
const connectMsMax = 5000

/** A store that never answered is given up sooner: its address is likelier to be wrong. */
const firstAnswerMsMax = 10_000

type Variables = Readonly<Record<string, string | undefined>>

/** What an object looked like when it was read or written: it has another mark after every change. */
export type Mark = string

export interface S3Environment {
  readonly variables: Variables
  readonly patience: Patience
}

/** Only when nothing is there, or only when what is there has the mark. */
type Condition = { readonly ifNone: true } | { readonly ifMark: Mark } | Record<string, never>

export class S3Objects {
  readonly #client: S3Client
  readonly #address: BucketAddress
  readonly #patience: Patience
  #hasAnswered = false

  constructor(address: BucketAddress, { variables, patience }: S3Environment, client = new S3Client(settingsFrom(variables))) {
    this.#client = client
    this.#address = address
    this.#patience = patience
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

  async list(prefix: string): Promise<BlobInfo[]> {
    const found: BlobInfo[] = []
    const { bucket } = this.#address
    const own = this.#keyOf('')
    let next: string | undefined
    do {
      const input = { Bucket: bucket, Prefix: own + prefix, ContinuationToken: next }
      const page = await this.#try('read', prefix, (options) => this.#client.send(new ListObjectsV2Command(input), options))
      for (const { Key = '', Size = 0 } of page.Contents ?? []) found.push({ name: Key.slice(own.length), bytes: Size })
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
    const patience = this.#hasAnswered
      ? this.#patience
      : { ...this.#patience, retryMsMax: Math.min(firstAnswerMsMax, this.#patience.retryMsMax) }
    try {
      const answer = await retrying(() => send({ abortSignal: AbortSignal.timeout(requestMsMax) }), pauseAfter, patience)
      this.#hasAnswered = true
      return answer
    } catch (error) {
      const { bucket, place } = this.#address
      if (isRefused(error)) throw error
      throw s3Error(error, { name, place, bucket, action })
    }
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
