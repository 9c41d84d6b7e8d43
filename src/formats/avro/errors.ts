/** Everything that can go wrong with Avro's schemas, and with the registry that keeps them. */
import { defineErrors } from '#base'

export const avroErrors = defineErrors({
  FORMATS_AVRO_SCHEMA_UNREADABLE: {
    blame: 'user',
    message: 'could not read the Avro schema of {owner}',
    detail: 'In it, {what}.',
  },
  FORMATS_AVRO_SCHEMA_MISMATCH: {
    blame: 'user',
    message: 'the Avro schema of {owner} does not fit the columns of table "{table}"',
  },
  FORMATS_AVRO_FILE_UNREADABLE: {
    blame: 'user',
    message: 'could not read a file as Avro',
    detail: 'File "{file}": {what}.',
    hint: 'The file may be cut off or damaged: write it anew, or leave it out of the path.',
  },
  FORMATS_AVRO_NAME_UNSUPPORTED: {
    blame: 'user',
    message: 'cannot use "{name}" as a name in an Avro schema',
    detail: 'Names begin with a letter or underscore, with letters, digits and underscores behind it.',
    hint: 'Rename the column.',
  },
  FORMATS_AVRO_VALUE_UNWRITABLE: {
    blame: 'user',
    message: 'a value of column "{column}" cannot be written as Avro',
  },
  FORMATS_REGISTRY_UNREACHABLE: {
    blame: 'external',
    message: 'could not reach the schema registry at "{url}"',
  },
  FORMATS_REGISTRY_REFUSED: {
    blame: 'user',
    message: 'the schema registry at "{url}" refused the request',
  },
  FORMATS_REGISTRY_SCHEMA_INCOMPATIBLE: {
    blame: 'user',
    message: 'the schema registry did not take a schema for subject "{subject}"',
    hint: 'Change the columns so that earlier messages can still be read (new columns must be nullable), or change the compatibility of the subject.',
  },
  FORMATS_REGISTRY_SCHEMA_NOT_FOUND: {
    blame: 'user',
    message: '{what} does not exist in the schema registry',
  },
  FORMATS_REGISTRY_FILE_UNREADABLE: {
    blame: 'user',
    message: 'could not read file "{file}" of option "{key}"',
  },
})
