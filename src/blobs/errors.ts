/** Everything that can go wrong with stored blobs. */
import { defineErrors, MillraceError } from '#base'

export const blobErrors = defineErrors({
  BLOBS_NOT_FOUND: { blame: 'external', message: '"{name}" does not exist in "{place}"' },
  BLOBS_UNREADABLE: { blame: 'external', message: 'could not read "{name}" in "{place}"' },
  BLOBS_UNWRITABLE: { blame: 'external', message: 'could not write "{name}" in "{place}"' },
  BLOBS_SCHEME_NOT_FOUND: {
    blame: 'user',
    message: 'address "{address}" cannot be used: there is no store for "{scheme}"',
    hint: 'Use a folder, such as /var/lib/millrace or file:///var/lib/millrace.',
  },
  BLOBS_LOCKED: {
    blame: 'user',
    message: '"{place}" is in use by another run',
    hint: 'Stop that run first, or give this one a folder of its own.',
  },
})

/** A coded error for one that the system raised; coded ones stay as they are. */
export function blobError(error: unknown, name: string, place: string, action: 'read' | 'write'): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'ENOENT' && action === 'read') return blobErrors.BLOBS_NOT_FOUND({ name, place }, { cause: error })
  const create = action === 'read' ? blobErrors.BLOBS_UNREADABLE : blobErrors.BLOBS_UNWRITABLE
  return create({ name, place }, { detail: reasons[String(code)] ?? `The system said: ${String(message)}.`, cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'The permission is missing.',
  EPERM: 'The permission is missing.',
  ENOSPC: 'No space is left on the device.',
  EDQUOT: 'The quota is used up.',
  EROFS: 'The file system is read-only.',
  EISDIR: 'It is a directory.',
  ENOTDIR: 'A part of the path is not a directory.',
  EMFILE: 'Too many files are open.',
  EIO: 'The device reports an error.',
}
