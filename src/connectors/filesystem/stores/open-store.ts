/** Finds the store that a path names: files of this machine, a bucket, or HDFS. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '#base'
import type { ConnectorMeter } from '../../connector-meter.ts'
import { filesystemErrors } from '../errors.ts'
import type { FileStore } from './file-store.ts'
import { HdfsStore } from './hdfs-store.ts'
import { LocalStore } from './local-store.ts'
import { S3Store } from './s3-store.ts'

/** Who uses a store, and is told when it has to be waited for; null for a look that is given up soon. */
interface StoreUser {
  readonly signal: AbortSignal
  readonly meter: ConnectorMeter
}

/** Where the files of a table are: opened for each who reads or writes them. */
export type StorePlace = (user: StoreUser | null, clock?: Clock) => FileStore

/** Checks a path at once; opens nothing yet. */
export function storePlace(text: string): StorePlace {
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 's3' || scheme === 's3a') {
    const place = S3Store.placeOf(text)
    return (user, clock = systemClock) => new S3Store(place, clock, watchOf(user))
  }
  if (scheme === 'hdfs' || scheme === 'webhdfs') {
    const place = HdfsStore.placeOf(text)
    return (user, clock = systemClock) => new HdfsStore(place, clock, watchOf(user))
  }
  const root = absolutePath(text)
  return () => new LocalStore(root)
}

function watchOf(user: StoreUser | null) {
  if (user === null) return null
  const { signal, meter } = user
  const waits = (reason: string | null): void => {
    if (reason !== null) meter.retries++
    meter.wait(reason)
  }
  return { signal, waits }
}

/** The absolute path of an option's text; relative ones begin at the working directory. */
function absolutePath(text: string): string {
  if (!/^file:/i.test(text)) {
    const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(text)?.[1]
    if (scheme === undefined && text !== '') return path.resolve(text)
    throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_MISMATCH(
      { path: text },
      {
        detail:
          scheme === undefined
            ? 'It is empty.'
            : `Files are read and written on this machine, and below s3:// and hdfs:// addresses; "${scheme}://" is neither.`,
      },
    )
  }
  // Flink writes file:/a and file:///a alike.
  const local = text.replace(/^file:\/{0,2}(?=\/)/i, 'file://')
  try {
    return fileURLToPath(local)
  } catch (error) {
    throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_MISMATCH(
      { path: text },
      { detail: 'Expected an address such as file:///data/orders.', cause: error },
    )
  }
}
