/** Checkpoints that a run has left, where this machine sees them: a cluster that was started anew has forgotten which was the newest. */
import { openBlobs } from '#blobs'

const metadata = /^chk-(\d+)\/_metadata$/

/** The address of the newest that is whole; null where none is seen. */
export async function newestCheckpointIn(folder: string): Promise<string | null> {
  if (folder === '') return null
  try {
    const found = await openBlobs(folder.replace(/^s3[an]:/i, 's3:')).list('chk-')
    const numbers = found.flatMap(({ name }) => Number(metadata.exec(name)?.[1] ?? Number.NaN) || [])
    return numbers.length === 0 ? null : `${folder}/chk-${Math.max(...numbers)}`
  } catch {
    // It lies where this machine does not look.
    return null
  }
}
