/** Where blobs are in a store that speaks S3, as `s3://bucket/prefix`. */
import { blobErrors } from '../errors.ts'

export interface BucketAddress {
  readonly bucket: string
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string
  readonly place: string
}

export function parseBucketAddress(address: string): BucketAddress {
  const [, bucket, rest = ''] = /^s3:\/\/([a-z\d][a-z\d.-]{1,61}[a-z\d])(?:\/([^?#@\\]*))?$/i.exec(address) ?? []
  // What is wrong may hold a key: it is not repeated.
  if (bucket === undefined) throw blobErrors.BLOBS_BUCKET_ADDRESS()
  const steps = rest.split('/').filter((step) => step !== '')
  if (steps.some((step) => step === '.' || step === '..')) throw blobErrors.BLOBS_BUCKET_ADDRESS()
  const prefix = steps.join('/')
  return { bucket, prefix, place: prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}` }
}
