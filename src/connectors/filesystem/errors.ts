/** Everything that can go wrong with files. */
import { defineErrors, MillraceError } from '#base'

export const filesystemErrors = defineErrors({
  CONNECTORS_FILESYSTEM_PATH_NOT_FOUND: {
    blame: 'user',
    message: 'path "{path}" does not exist',
  },
  CONNECTORS_FILESYSTEM_PATH_MISMATCH: {
    blame: 'user',
    message: 'path "{path}" cannot be used',
  },
  CONNECTORS_FILESYSTEM_PATTERN_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" is no regular expression',
  },
  CONNECTORS_FILESYSTEM_FILE_GONE: {
    blame: 'external',
    message: 'file "{path}" was found, but is gone before it was read',
    hint: 'Take files away only once they have been read.',
  },
  CONNECTORS_FILESYSTEM_FILE_SHRUNK: {
    blame: 'external',
    message: 'file "{path}" became shorter while it was read',
  },
  CONNECTORS_FILESYSTEM_FILE_CHANGED: {
    blame: 'external',
    message: 'file "{path}" changed while it was read',
    hint: 'Write new files instead of changing those that are there.',
  },
  CONNECTORS_FILESYSTEM_FILE_UNREADABLE: {
    blame: 'external',
    message: 'could not read "{path}"',
  },
  CONNECTORS_FILESYSTEM_FILE_UNWRITABLE: {
    blame: 'external',
    message: 'could not write "{path}"',
  },
  CONNECTORS_FILESYSTEM_DISK_FULL: {
    blame: 'external',
    message: 'could not write "{path}": no space is left',
    hint: 'Make room on the device, then start again: nothing of the unfinished file is visible.',
  },
  CONNECTORS_FILESYSTEM_FILE_CUT: {
    blame: 'user',
    message: 'file "{path}" ends within its {compression} data',
    hint: 'Copy or write the file again: a part of it is missing.',
  },
  CONNECTORS_FILESYSTEM_FILE_DAMAGED: {
    blame: 'user',
    message: 'file "{path}" does not hold {compression} data, or it is damaged',
  },
  CONNECTORS_FILESYSTEM_COMPRESSION_UNSUPPORTED: {
    blame: 'user',
    message: 'cannot read file "{path}": {compression} is not supported',
    hint: 'Compress it with gzip, zstd or deflate instead.',
  },
  CONNECTORS_FILESYSTEM_RECORD_TOO_LONG: {
    blame: 'user',
    message: 'record {record} of "{path}" is longer than {limit} bytes',
    hint: "Raise 'source.max-record-size', or set '{format}.ignore-parse-errors' = 'true' to leave such records out.",
  },
  CONNECTORS_FILESYSTEM_PARTITION_UNREADABLE: {
    blame: 'user',
    message: 'directory "{path}" does not name a value of partition column "{column}"',
  },
  CONNECTORS_FILESYSTEM_PARTITION_UNSUPPORTED: {
    blame: 'user',
    message: 'column "{column}" of type {type} cannot be a partition column',
  },
  CONNECTORS_FILESYSTEM_PARTITION_TIME: {
    blame: 'user',
    message: 'partition "{directory}" does not name a time',
    hint: "Set 'partition.time-extractor.timestamp-pattern' to how its columns make one, such as '$dt $hm:00'.",
  },
  CONNECTORS_FILESYSTEM_OPTION_UNSUPPORTED: {
    blame: 'user',
    message: 'option "{key}" = "{value}" is not supported',
  },
  CONNECTORS_FILESYSTEM_FORMAT_READ_ONLY: {
    blame: 'user',
    message: 'format "{format}" of table "{table}" cannot be written',
  },
  CONNECTORS_FILESYSTEM_FORMAT_OF_MESSAGES: {
    blame: 'user',
    message: 'format "{format}" of table "{table}" is one of messages, not of files',
  },
  CONNECTORS_FILESYSTEM_FILE_LOST: {
    blame: 'external',
    message: 'file "{path}" was ready to be committed and is gone',
  },
})

/** A coded error for one that the system raised; coded ones stay as they are. */
export function fileError(error: unknown, path: string, action: 'read' | 'write'): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'ENOENT' && action === 'read') return filesystemErrors.CONNECTORS_FILESYSTEM_FILE_GONE({ path }, { cause: error })
  if (code === 'ENOSPC' || code === 'EDQUOT') return filesystemErrors.CONNECTORS_FILESYSTEM_DISK_FULL({ path }, { cause: error })
  const create =
    action === 'read' ? filesystemErrors.CONNECTORS_FILESYSTEM_FILE_UNREADABLE : filesystemErrors.CONNECTORS_FILESYSTEM_FILE_UNWRITABLE
  return create({ path }, { detail: reasons[String(code)] ?? `The system said: ${String(message)}.`, cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'The permission is missing.',
  EPERM: 'The permission is missing.',
  EISDIR: 'It is a directory.',
  ENOTDIR: 'A part of the path is not a directory.',
  EMFILE: 'Too many files are open.',
  EROFS: 'The file system is read-only.',
  EFBIG: 'The file would become larger than allowed.',
  ENOENT: 'Its directory does not exist.',
  ENAMETOOLONG: 'The name is too long.',
  ELOOP: 'It is a link that leads to itself.',
}
