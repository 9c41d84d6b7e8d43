/** Everything that can go wrong between Millrace and an outside system. Each connector keeps its own table in its folder. */
import { defineErrors } from '#base'

export const connectorErrors = defineErrors({
  CONNECTORS_CONNECTOR_NOT_FOUND: {
    blame: 'user',
    message: 'connector "{name}" does not exist',
  },
  CONNECTORS_CONNECTOR_MISSING: {
    blame: 'user',
    message: 'option "connector" of table "{table}" is missing',
    hint: "Add 'connector' = '…' to the WITH clause.",
  },
  CONNECTORS_CONNECTION_CONNECTOR_MISSING: {
    blame: 'user',
    message: 'option "connector" of connection "{connection}" is missing',
    hint: "Add 'connector' = '…' to the WITH clause.",
  },
  CONNECTORS_CONNECTION_SECRET: {
    blame: 'user',
    message: 'option "{key}" of connection "{connection}" holds a secret as plain text',
    detail: 'Who may read the catalog reads its connections.',
    hint: "Keep the value as a secret, with millrace secret set or in the console, and write '${secret:its-name}' instead.",
  },
  CONNECTORS_LOOKUP_CACHE_UNBOUNDED: {
    blame: 'user',
    message: 'the cache of looked-up rows of table "{table}" has no limit',
  },
  CONNECTORS_ALIGNMENT_PARTIAL: {
    blame: 'user',
    message: 'option "{missing}" of table "{table}" is missing',
    detail: 'A table is aligned with others by a group and by how far it may be ahead of them.',
    hint: "Add '{missing}' beside '{given}'.",
  },
  CONNECTORS_WATERMARK_GAP: {
    blame: 'user',
    message: 'expected a gap of 1 row or more between two watermarks of table "{table}", got {gap}',
  },
  CONNECTORS_MESSAGE_FORMAT_MISSING: {
    blame: 'user',
    message: 'table "{table}" does not say which format its messages have',
    hint: "Add 'format' = '…' to the WITH clause.",
  },
  CONNECTORS_MESSAGE_FORMAT_TWICE: {
    blame: 'user',
    message: 'table "{table}" has both options "format" and "value.format", which say the same',
  },
  CONNECTORS_MESSAGE_FORMAT_OF_FILES: {
    blame: 'user',
    message: 'format "{format}" of table "{table}" is one of files, not of messages',
  },
  CONNECTORS_MESSAGE_FORMAT_OF_CHANGES: {
    blame: 'user',
    message: 'format "{format}" of table "{table}" holds changes of its own',
    detail: 'Where messages are upserts by key, their values hold rows.',
    hint: 'Use a format such as json or avro, or a connector that does not read upserts.',
  },
  CONNECTORS_MESSAGE_FORMAT_READ_ONLY: {
    blame: 'user',
    message: 'format "{format}" of table "{table}" cannot be written',
  },
  CONNECTORS_MESSAGE_PRIMARY_KEY_MISSING: {
    blame: 'user',
    message: 'table "{table}" has no primary key',
    detail: 'The key of its messages is the primary key of the table.',
    hint: 'Add PRIMARY KEY (…) NOT ENFORCED to its columns.',
  },
  CONNECTORS_MESSAGE_KEY_FORMAT_MISSING: {
    blame: 'user',
    message: 'table "{table}" does not say which format the keys of its messages have',
    hint: "Add 'key.format' = '…' to the WITH clause.",
  },
  CONNECTORS_MESSAGE_KEY_FIELDS_MISSING: {
    blame: 'user',
    message: 'table "{table}" does not say which columns the keys of its messages hold',
    hint: "Add 'key.fields' = 'column;column' to the WITH clause.",
  },
  CONNECTORS_MESSAGE_KEY_FIELD_NOT_FOUND: {
    blame: 'user',
    message: 'column "{column}" of option "key.fields" does not exist in table "{table}"',
  },
  CONNECTORS_MESSAGE_PREFIX_MISMATCH: {
    blame: 'user',
    message: 'column "{column}" of the key of table "{table}" does not begin with "{prefix}"',
    hint: "Name the column so, or change 'key.fields-prefix'.",
  },
  CONNECTORS_MESSAGE_PREFIX_UNUSABLE: {
    blame: 'user',
    message: 'option "key.fields-prefix" of table "{table}" needs values without the columns of the key',
    hint: "Add 'value.fields-include' = 'EXCEPT_KEY' to the WITH clause.",
  },
  CONNECTORS_MESSAGE_UNREADABLE: {
    blame: 'user',
    message: 'could not read the message at {position} of table "{table}" as {format}',
  },
  CONNECTORS_SECRET_NOT_FOUND: {
    blame: 'user',
    message: 'secret "{name}", which option "{key}" of table "{table}" names, does not exist',
    hint: 'Set it with `millrace secret set {name}`, in a file of that name in MILLRACE_SECRETS_DIR, or in the environment as MILLRACE_SECRET_ with the name in capitals.',
  },
})
