/** Everything that can go wrong with stored blobs. */
import { defineErrors, MillraceError } from '#base'

export const blobErrors = defineErrors({
  BLOBS_NOT_FOUND: { blame: 'external', message: '"{name}" does not exist in "{place}"' },
  BLOBS_EXISTS: { blame: 'external', message: '"{name}" exists in "{place}" already', detail: 'Another run has written it.' },
  BLOBS_UNREADABLE: { blame: 'external', message: 'could not read "{name}" in "{place}"' },
  BLOBS_UNWRITABLE: { blame: 'external', message: 'could not write "{name}" in "{place}"' },
  BLOBS_TEMPORARY_FILE: {
    blame: 'user',
    message: 'what memory has no room for cannot be kept in a file in "{folder}"',
    hint: "SET 'io.tmp.dirs' to a folder with more room, or 'taskmanager.memory.managed.size' to more memory.",
  },
  BLOBS_SYMBOLIC_LINK: {
    blame: 'user',
    message: '"{name}" in "{place}" is a symbolic link',
    hint: 'Put what it leads to in its place, or name the folder that it leads to.',
  },
  BLOBS_SCHEME_NOT_FOUND: {
    blame: 'user',
    message: 'address "{address}" cannot be used: there is no store for "{scheme}"',
    hint: 'Use a folder, such as /var/lib/millrace, or a bucket, such as s3://bucket/millrace.',
  },
  BLOBS_BUCKET_ADDRESS: {
    blame: 'user',
    message: 'the address of a bucket has another form, expected s3://bucket/prefix',
    hint: 'Keys, region and endpoint are no part of it: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL.',
  },
  BLOBS_BUCKET_NOT_FOUND: {
    blame: 'user',
    message: 'bucket "{bucket}" does not exist',
    hint: 'Create it first, or set AWS_ENDPOINT_URL to the store that has it.',
  },
  BLOBS_ACCESS_DENIED: {
    blame: 'user',
    message: '"{place}" cannot be used with the keys that are set',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, to one that may read, write, list and delete there.',
  },
  BLOBS_KEYS_NOT_FOUND: {
    blame: 'user',
    message: 'there are no keys for "{place}"',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
  },
  BLOBS_REGION: { blame: 'user', message: '"{place}" is in another region than the one that is set', hint: 'Set AWS_REGION to it.' },
  BLOBS_CLOCK_SKEWED: {
    blame: 'external',
    message: 'the clock of this machine differs too much from that of "{place}"',
    hint: 'Set the clock of this machine.',
  },
  BLOBS_HDFS_ADDRESS: {
    blame: 'user',
    message: 'the address of files in HDFS has another form, expected hdfs://host:port/path',
    hint: "The port is that of WebHDFS, 9870 unless 'dfs.namenode.http-address' says otherwise; several name nodes stand with commas between.",
  },
  BLOBS_HDFS_PORT: {
    blame: 'user',
    message: '"{place}" does not answer as WebHDFS does',
    hint: "Name the port of 'dfs.namenode.http-address', as in hdfs://namenode:9870/path.",
  },
  BLOBS_HDFS_SECURED: {
    blame: 'user',
    message: '"{place}" cannot be used: it asks for Kerberos',
    hint: 'Name an HttpFS gateway that takes user.name, or turn security off.',
  },
  BLOBS_HDFS_DENIED: {
    blame: 'user',
    message: 'user "{user}" may not {action} "{name}" in "{place}"',
    hint: 'Set HADOOP_USER_NAME to a user who may, or change the permissions there.',
  },
  BLOBS_UNREACHABLE: { blame: 'external', message: 'could not reach "{place}"' },
  BLOBS_LOCKED: {
    blame: 'user',
    message: '"{place}" is in use by another run',
    hint: 'Stop that run first, or give this one a folder of its own.',
  },
  BLOBS_LOCK_LOST: {
    blame: 'external',
    message: '"{place}" was taken over by another run',
    detail: 'This run did not say in time that it is there, or its lock was removed.',
    hint: 'That run goes on with the work; run only one at a time.',
  },
})

/** A coded error for one that the system raised; coded ones stay as they are. */
export function blobError(error: unknown, name: string, place: string, action: 'read' | 'write'): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'ENOENT' && action === 'read') return blobErrors.BLOBS_NOT_FOUND({ name, place }, { cause: error })
  if (code === 'EEXIST' && action === 'write') return blobErrors.BLOBS_EXISTS({ name, place }, { cause: error })
  const create = action === 'read' ? blobErrors.BLOBS_UNREADABLE : blobErrors.BLOBS_UNWRITABLE
  return create({ name, place }, { detail: reasons[String(code)] ?? `The system said: ${String(message)}.`, cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'The permission is missing.',
  EPERM: 'The permission is missing.',
  ENOSPC: 'No space is left on the device.',
  EDQUOT: 'The quota is used up.',
  EFBIG: 'It would be larger than files may be.',
  EROFS: 'The file system is read-only.',
  EISDIR: 'It is a directory.',
  ENOTDIR: 'A part of the path is not a directory.',
  ELOOP: 'It is a symbolic link.',
  EMFILE: 'Too many files are open.',
  EIO: 'The device reports an error.',
}

/** Whether a blob was asked for that does not exist. */
export function isNotFound(error: unknown): error is MillraceError {
  return error instanceof MillraceError && error.code === 'BLOBS_NOT_FOUND'
}
