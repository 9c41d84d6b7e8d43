/** Everything that can go wrong with embedded topics. */
import { defineErrors, MillraceError } from '#base'

export const topicErrors = defineErrors({
  TOPICS_TOPIC_NAME: {
    blame: 'user',
    message: 'topic "{topic}" cannot have this name',
    hint: 'Use up to 200 letters, digits, ".", "_" and "-", of which the first is a letter, a digit or "_".',
  },
  TOPICS_TOPIC_NOT_FOUND: {
    blame: 'user',
    message: 'topic "{topic}" does not exist in "{folder}"',
  },
  TOPICS_SETTING_RANGE: {
    blame: 'user',
    message: 'setting {setting} of topic "{topic}" is {given}, expected {expected}',
  },
  TOPICS_PARTITION_NOT_FOUND: {
    blame: 'user',
    message: 'topic "{topic}" has no partition {partition}',
    detail: 'Its partitions are 0 to {last}.',
  },
  TOPICS_OFFSET_GONE: {
    blame: 'user',
    message: 'offset {wanted} of partition {partition} of topic "{topic}" is gone, the earliest is {earliest}',
    detail: 'Retention has removed it before it was read.',
    hint: 'Read from the earliest offset, or keep records for longer with the retention of the topic.',
  },
  TOPICS_OFFSET_BEYOND_END: {
    blame: 'user',
    message: 'offset {wanted} of partition {partition} of topic "{topic}" does not exist, the end is {end}',
    hint: 'The position belongs to another topic of that name, or to one that was made anew: read from the earliest offset.',
  },
  TOPICS_FILE_DAMAGED: {
    blame: 'external',
    message: 'file "{file}" is damaged at byte {position}',
    detail: 'The check sum of the records there does not match, or some of them are missing.',
    hint: 'Bring the file back from a copy; records before and after the place are untouched.',
  },
  TOPICS_SETTINGS_DAMAGED: {
    blame: 'external',
    message: 'file "{file}" does not hold what it should',
    hint: 'Bring the file back from a copy.',
  },
  TOPICS_DISK_FULL: {
    blame: 'external',
    message: 'could not write "{file}": no space is left',
    hint: 'Make room on the device and write again: nothing of what was refused is visible.',
  },
  TOPICS_UNWRITABLE: { blame: 'external', message: 'could not write "{file}"' },
  TOPICS_UNREADABLE: { blame: 'external', message: 'could not read "{file}"' },
  TOPICS_LOCKED: {
    blame: 'external',
    message: 'could not write to the topics in "{folder}": another process is writing for {seconds} s',
    hint: 'See whether that process hangs. If it is surely gone, as one of another container may be, remove the folder ".lock".',
  },
  TOPICS_TRANSACTION_LOST: {
    blame: 'external',
    message: 'transaction "{transaction}" was prepared and is gone from "{folder}"',
    hint: 'Its records are lost with the files that were removed: bring the folder back from a copy.',
  },
  TOPICS_TRANSACTION_ENDED: {
    blame: 'user',
    message: 'transaction "{transaction}" takes no more records: it is {state}',
    hint: 'Begin another one.',
  },
  TOPICS_RECORD_TOO_LONG: {
    blame: 'user',
    message: 'a record of {bytes} bytes is longer than topic "{topic}" takes, {limit} bytes',
  },
  TOPICS_CLOSED: { blame: 'user', message: 'topics in "{folder}" are closed' },
})

/** A coded error for one that the system raised; coded ones stay as they are. */
export function fileError(error: unknown, file: string, action: 'read' | 'write'): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT') return topicErrors.TOPICS_DISK_FULL({ file }, { cause: error })
  const create = action === 'read' ? topicErrors.TOPICS_UNREADABLE : topicErrors.TOPICS_UNWRITABLE
  return create({ file }, { detail: reasons[String(code)] ?? `The system said: ${String(message)}.`, cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'The permission is missing.',
  EPERM: 'The permission is missing.',
  EROFS: 'The file system is read-only.',
  ENOENT: 'It does not exist.',
  EISDIR: 'It is a directory.',
  ENOTDIR: 'A part of the path is not a directory.',
  EMFILE: 'Too many files are open.',
  EFBIG: 'It would be larger than files may be.',
  EIO: 'The device reports an error.',
}
