/** Blobs as objects of a bucket. An object is there when its last byte is, so that no blob is ever seen half written. */
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#base'
import type { BlobInfo, BlobLock, BlobStore, BlobWriter } from '../blob-store.ts'
import { type BucketAddress, parseBucketAddress } from './bucket-address.ts'
import { defaultLeaseTimes, type LeaseTimes, takeLease } from './lease.ts'
import type { S3Environment, S3Objects } from './s3-objects.ts'
import { S3Writer } from './s3-writer.ts'

const lockName = '.lock'

export interface S3Options {
  readonly environment: S3Environment
  readonly lease: LeaseTimes
}

const defaultOptions: S3Options = {
  environment: {
    variables: process.env,
    patience: { clock: systemClock, retryMsMax: 60_000, sleep: (ms) => sleep(ms), random: Math.random },
  },
  lease: defaultLeaseTimes,
}

export class S3Blobs implements BlobStore {
  readonly place: string
  readonly #address: BucketAddress
  readonly #options: S3Options
  #objects: Promise<S3Objects> | undefined

  /** `address` is like `s3://bucket/prefix`. */
  constructor(address: string, options: S3Options = defaultOptions) {
    this.#address = parseBucketAddress(address)
    this.#options = options
    this.place = this.#address.place
  }

  /** The client is large: it is loaded for those who need it. */
  #open(): Promise<S3Objects> {
    this.#objects ??= import('./s3-objects.ts').then(({ S3Objects }) => new S3Objects(this.#address, this.#options.environment))
    return this.#objects
  }

  async create(name: string, mode: 'replace' | 'new' = 'replace'): Promise<BlobWriter> {
    return new S3Writer(await this.#open(), { name, place: this.place, mode })
  }

  async read(name: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const objects = await this.#open()
    return (await objects.get(name, start, length)).bytes
  }

  async list(prefix: string): Promise<BlobInfo[]> {
    const found = await (await this.#open()).list(prefix)
    const isHidden = (name: string): boolean => name === '' || name.endsWith('/') || name.split('/').some((step) => step.startsWith('.'))
    const shown = found.flatMap(({ name, bytes }) => (isHidden(name) ? [] : [{ name, bytes }]))
    return shown.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async remove(name: string): Promise<void> {
    await (await this.#open()).remove(name)
  }

  async lock(): Promise<BlobLock> {
    const { environment, lease } = this.#options
    return takeLease(await this.#open(), { name: lockName, place: this.place, times: lease, patience: environment.patience })
  }
}
