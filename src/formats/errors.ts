/** Everything that can go wrong while options are read and while bytes become rows or rows become bytes. */
import { defineErrors } from '#base'

export const formatErrors = defineErrors({
  FORMATS_FORMAT_NOT_FOUND: {
    blame: 'user',
    message: 'format "{name}" does not exist',
  },
  FORMATS_OPTION_NOT_FOUND: {
    blame: 'user',
    message: 'option "{key}" does not exist for {owner}',
  },
  FORMATS_OPTION_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of {owner} does not have a value that fits',
  },
  FORMATS_OPTION_MISSING: {
    blame: 'user',
    message: 'option "{key}" of {owner} is missing',
    hint: 'Add it to the WITH clause.',
  },
  FORMATS_OPTION_CONFLICT: {
    blame: 'user',
    message: 'options "{key}" and "{other}" cannot be used together in table "{table}"',
  },
  FORMATS_TYPE_UNSUPPORTED: {
    blame: 'user',
    message: 'format "{format}" cannot hold type {type} of column "{column}"',
  },
  FORMATS_OUTPUT_TOO_LONG: {
    blame: 'user',
    message: 'cannot write rows of more than {most} bytes at once',
    detail: 'Some of their values must be very long.',
  },
  FORMATS_TEXT_UNWRITABLE: {
    blame: 'user',
    message: 'a text holds a delimiter or line end, and the table has no way to mark it',
  },
  FORMATS_MAP_KEY_NULL: {
    blame: 'user',
    message: 'a map of column "{column}" has a key that is NULL',
    hint: "Set '{format}.map-null-key.mode' = 'DROP' to leave such entries out, or = 'LITERAL' to give them a name.",
  },
  FORMATS_RECORD_UNREADABLE: {
    blame: 'user',
    message: 'could not read record {record} of "{input}" as {format}',
    hint: "Mend the record, or set '{format}.ignore-parse-errors' = 'true' to set such values and rows aside.",
  },
})
