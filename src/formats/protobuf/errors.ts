/** Everything that can go wrong with Protobuf's schemas, and with tables over them. */
import { defineErrors } from '#base'

export const protobufErrors = defineErrors({
  FORMATS_PROTOBUF_SCHEMA_UNREADABLE: {
    blame: 'user',
    message: 'could not read the Protobuf schema of table "{table}"',
  },
  FORMATS_PROTOBUF_MESSAGE_NOT_FOUND: {
    blame: 'user',
    message: 'message "{name}" does not exist in the Protobuf schema of table "{table}"',
  },
  FORMATS_PROTOBUF_FIELD_NOT_FOUND: {
    blame: 'user',
    message: 'field "{field}" does not exist in Protobuf message "{message}"',
  },
  FORMATS_PROTOBUF_FIELD_MISMATCH: {
    blame: 'user',
    message: 'column "{column}" does not have the type of its Protobuf field',
    detail: 'Expected {expected}, got {actual}.',
  },
  FORMATS_PROTOBUF_VALUE_UNWRITABLE: {
    blame: 'user',
    message: 'a value of column "{column}" cannot be written as Protobuf',
  },
})
