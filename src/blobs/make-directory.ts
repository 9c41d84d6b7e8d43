/** Makes a directory and those above it. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'

/**
 * Node's own way of doing so, `recursive`, never comes back below /proc, and on a read-only file system says that a directory is missing.
 * Here the error is the one that the system gave.
 */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EEXIST') return
    const above = path.dirname(directory)
    if (code !== 'ENOENT' || above === directory) throw error
    await makeDirectory(above)
    await mkdirUnlessThere(directory)
  }
}

/** Another run may have made it in the meantime. */
async function mkdirUnlessThere(directory: string): Promise<void> {
  try {
    await mkdir(directory)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error
  }
}
