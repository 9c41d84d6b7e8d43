/** Opens what files elsewhere are kept in, for those who read and write them as files. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Patience } from '#base'
import { hdfsUser, parseHdfsAddress } from './hdfs/hdfs-address.ts'
import type { WebHdfs } from './hdfs/web-hdfs.ts'
import type { RemoteWatch } from './remote-calls.ts'
import { parseBucketAddress } from './s3/bucket-address.ts'
import type { S3Objects } from './s3/s3-objects.ts'

/** How long something is tried that nobody watches. */
const unwatchedMsMax = 30_000

/** The objects of a bucket by their whole names; `bucket` is like `s3://bucket`. The client is large: it is loaded for those who need it. */
export async function openObjects(bucket: string, clock: Clock, watch: RemoteWatch | null): Promise<S3Objects> {
  const address = parseBucketAddress(bucket)
  const { S3Objects } = await import('./s3/s3-objects.ts')
  return new S3Objects(address, { variables: process.env, patience: patienceOf(clock, watch), ...(watch === null ? {} : { watch }) })
}

/** The files that the name nodes of an address know, by their whole paths. */
export async function openHdfs(place: string, clock: Clock, watch: RemoteWatch | null): Promise<WebHdfs> {
  const address = parseHdfsAddress(place)
  const { WebHdfs } = await import('./hdfs/web-hdfs.ts')
  const user = hdfsUser(process.env)
  return new WebHdfs(address, { user, patience: patienceOf(clock, watch), ...(watch === null ? {} : { watch }) })
}

/** Work that goes on waits for as long as it takes. */
function patienceOf(clock: Clock, watch: RemoteWatch | null): Patience {
  return { clock, retryMsMax: watch === null ? unwatchedMsMax : Number.POSITIVE_INFINITY, sleep: (ms) => sleep(ms), random: Math.random }
}
