/** Everything that can be wrong with a Parquet file, or with a table over one. */
import { defineErrors } from '#base'

export const parquetErrors = defineErrors({
  FORMATS_PARQUET_FILE_UNREADABLE: {
    blame: 'user',
    message: 'could not read a file as Parquet',
    detail: 'File "{file}": {what}.',
    hint: 'The file may be cut off or damaged: write it anew, or leave it out of the path.',
  },
  FORMATS_PARQUET_FEATURE_UNSUPPORTED: {
    blame: 'user',
    message: 'cannot read a Parquet file that uses {feature}',
    detail: 'File "{file}".',
  },
  FORMATS_PARQUET_COLUMN_NOT_FOUND: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" is not in a Parquet file',
    detail: 'The columns of file "{file}" are {columns}.',
  },
  FORMATS_PARQUET_COLUMN_MISMATCH: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" has another type in a Parquet file',
    detail: 'Expected {expected}, got {actual} in file "{file}".',
  },
  FORMATS_PARQUET_TEXT_UNREADABLE: {
    blame: 'user',
    message: 'column "{column}" of a Parquet file holds text that is not UTF-8',
    detail: 'File "{file}".',
    hint: 'Declare the column as BYTES.',
  },
  FORMATS_PARQUET_KEY_MISSING: {
    blame: 'user',
    message: 'column "{column}" holds a map with a NULL key, which Parquet cannot hold',
  },
  FORMATS_PARQUET_VALUE_OUT_OF_RANGE: {
    blame: 'user',
    message: 'a value of column "{column}" is beyond the range of the Parquet type {type}',
  },
})

/** Where decoders stand, for errors. */
export class FileContext {
  readonly file: string

  constructor(file: string) {
    this.file = file
  }

  /** The error of a file whose bytes are not what they must be. `what` is a sentence without its end. */
  damaged(what: string, cause?: unknown): Error {
    return parquetErrors.FORMATS_PARQUET_FILE_UNREADABLE({ file: this.file, what }, { cause })
  }

  unsupported(feature: string): Error {
    return parquetErrors.FORMATS_PARQUET_FEATURE_UNSUPPORTED({ file: this.file, feature })
  }
}
