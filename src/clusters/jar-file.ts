/** A JAR of this machine as it is sent to a cluster: known by its content, and read only as it is sent. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { clusterErrors } from './errors.ts'
import { classesIn } from './jar-classes.ts'

interface OpenedJar {
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly hash: string
  readonly bytes: number
  read(): AsyncIterable<Uint8Array>
}

/** Fails on what cannot be read (CLUSTER_JAR_FILE) and on what is no JAR (CLUSTER_JAR). */
export async function openJar(path: string): Promise<OpenedJar> {
  await checkJar(path)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of createReadStream(path) as AsyncIterable<Uint8Array>) {
    hash.update(part)
    bytes += part.length
  }
  return { hash: hash.digest('hex'), bytes, read: () => createReadStream(path) }
}

/** Fails as `openJar` does. */
export async function checkJar(path: string): Promise<void> {
  try {
    await classesIn(path)
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (typeof code !== 'string' || code.startsWith('CLUSTER_')) throw error
    throw clusterErrors.CLUSTER_JAR_FILE({ path }, { detail: code === 'ENOENT' ? 'It does not exist.' : undefined, cause: error })
  }
}
