/**
 * The seam of the formats: how bytes become batches and batches become bytes. A format is one folder with the same few files and one
 * line in list.ts. There are three kinds:
 *
 * - a record format (csv, json, raw) reads a stream of records from front to back, from a file, a message or anything else;
 * - a file format (parquet) needs the whole file, with random access to read it, and appends to write it;
 * - a message format (avro-confluent, debezium-json) reads messages alone.
 *
 * Formats of the other kinds may read and write messages, too: bytes that are whole by themselves, as a bus or a web service gives them.
 * A format touches no file itself: whoever reads or writes hands it bytes.
 */
import type { Batch, DataType, Schema } from '#data'
import type { Option, Options } from './options.ts'
import type { RecordEnds } from './record-ends.ts'

export type Format = RecordFormat | FileFormat | MessageFormat

/** What a format needs to know of a table. */
export interface FormatTable {
  /** Printed name, for errors. */
  readonly name: string
  /** The columns kept in the format, in order: physical columns without those that live elsewhere, as partition columns do. */
  readonly schema: Schema
  /** The table's options after they were checked; those of a format begin with its name, as in `csv.header`. */
  readonly options: Options
  /** Zone of local time stamps, such as `Europe/Berlin`. */
  readonly timeZone: string
}

export interface RecordFormat {
  readonly kind: 'record'
  /** The value of the option `format`. */
  readonly name: string
  /** The usual end of a file name, such as `csv`. */
  readonly extension: string
  readonly options: readonly Option[]
  /** Makes a decoder of the wanted columns, by name; the columns of its batches are in that order. */
  decoder(table: FormatTable, wanted: readonly string[]): RecordDecoder
  /** Finds the ends of records from the start of one on; null where none is certain. */
  recordEnds(table: FormatTable): RecordEnds | null
  /** Makes an encoder of rows that hold all columns of the table. Null when the format is read only. */
  readonly encoder: ((table: FormatTable) => RecordEncoder) | null
  /** Null where messages cannot be of the format. */
  readonly messages: MessageCodec | null
}

export interface MessageFormat {
  readonly kind: 'message'
  /** The value of the option `format`. */
  readonly name: string
  readonly options: readonly Option[]
  readonly messages: MessageCodec
}

/** How messages become rows and rows become messages. */
export interface MessageCodec {
  /** Kinds of change that messages stand for: inserts only; or all, as those of change capture do. */
  readonly changes: 'append' | 'all'
  /** What can be asked for of a message besides columns, by key such as `ingestion-timestamp`; usually nothing. */
  readonly metadata: Schema
  /**
   * Makes a decoder of wanted columns; those of its batches are in that order. Fails where the format cannot hold them. All of the
   * conditions must hold: a decoder may use them to leave out rows and need not, since rows are checked again.
   */
  decoder(table: FormatTable, wanted: readonly WantedField[], conditions?: readonly FieldCondition[]): MessageDecoder
  /** Makes an encoder of rows that hold all columns of the table. Null when the format is read only. */
  readonly encoder: ((table: FormatTable) => MessageEncoder) | null
}
/** A column of the table, or metadata of the format by its key. */
export interface WantedField {
  readonly kind: 'physical' | 'metadata'
  readonly key: string
  readonly type: DataType
}

/** Messages that lie in one array of bytes, one after another, with at least one byte that belongs to nobody behind each. */
export interface Messages {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  /** After the last byte of each; −1 where there is no message, as of a record without a value. */
  readonly ends: Int32Array
  readonly length: number
}

/** Turns messages into rows. Nothing of what a message holds makes it fail: what cannot be read is a fault. */
export interface MessageDecoder {
  /**
   * Decodes messages from `from` on into `batch`, as many as fit, and returns the place of the first one that it did not take. A promise
   * where something has to be fetched first, such as a schema; it fails where that cannot be had. The bytes of the messages, and the byte
   * behind each, belong to the decoder. What is no message gives no row.
   */
  decode(messages: Messages, from: number): number | Promise<number>
  /** Rows decoded last, with kinds of change where they are not all inserts. Refers to the bytes; valid until the next call. */
  readonly batch: Batch
  /** By row of `batch`: the place of its message. A message may give several rows, or none. */
  readonly places: Int32Array
  /** Messages that could not be read, of those taken last, in order. */
  readonly faults: readonly MessageFault[]
  /** Whether such messages are left out, as `json.ignore-parse-errors` says. */
  readonly lenient: boolean
  /** Ends what the decoder keeps open, such as connections. */
  close?(): Promise<void>
}
export interface MessageFault {
  /** Place of the message. */
  readonly place: number
  /** What is wrong, as sentences: "Expected a number in column "price", got "x"." */
  readonly detail: string
}

/** Turns rows into messages. */
export interface MessageEncoder {
  /**
   * Encodes all rows of a batch, with their kinds where `MessageCodec.changes` is `all`. The result is valid until the next call. Where it is
   * a promise, the batch has to stay as it is until then, and the next call has to wait.
   */
  encode(batch: Batch): Messages | Promise<Messages>
  close?(): Promise<void>
}

/** Turns bytes into rows. It is told where an input begins, then given its bytes a stretch at a time. */
export interface RecordDecoder {
  /**
   * Starts an input, such as a file; `name` and the number of records already read of it are for errors. `isWithin` says that other
   * records come before the first one.
   */
  begin(name: string, recordsBefore: number, isWithin?: boolean): void
  /**
   * Decodes whole records of `bytes` from `start`, at most `batchRows` rows, into `batch`, and returns the offset after the last
   * record it took. With less than a whole record left it returns at once; the caller gives the rest again with what follows it.
   * `last` says that nothing follows. The batch refers to `bytes` and is valid until the next call; the bytes of the records taken
   * belong to the decoder, which undoes escapes in place.
   */
  decode(bytes: Uint8Array, start: number, end: number, last: boolean): number
  /**
   * Gives up the record that begins at `start`, because it is too long to wait for its end, and counts it as skipped. Returns where
   * to go on: after its first line, or `end`, and then what is left of the line is dropped when it comes.
   */
  discard(bytes: Uint8Array, start: number, end: number): number
  readonly batch: Batch
  /** Records of the input taken so far, headers and skipped ones included. */
  readonly records: number
  /** Rows of all inputs set aside because they could not be read. */
  readonly skippedRows: number
  /** Whether rows that cannot be read are set aside instead of stopping the work. */
  readonly lenient: boolean
}

/** Turns rows into bytes. */
export interface RecordEncoder {
  /** What every file begins with, such as a line of column names; null when nothing. */
  readonly header: Uint8Array | null
  /** Encodes all rows of a batch of inserts. The result is valid until the next call. */
  encode(batch: Batch): EncodedRows
}
export interface EncodedRows {
  readonly data: Uint8Array
  /** Offset in `data` after each row. The separator of records, a line feed, is the last byte of its row. */
  readonly ends: Int32Array
  readonly length: number
}

export interface FileFormat {
  readonly kind: 'file'
  /** The value of the option `format`. */
  readonly name: string
  /** The usual end of a file name, such as `parquet`. */
  readonly extension: string
  readonly options: readonly Option[]
  /** Null where messages cannot be of the format. */
  readonly messages: MessageCodec | null
  openReader(table: FormatTable, file: ReadableFile, request: FileRequest): Promise<FileReader>
  /** How many rows a file has, where it says so itself. */
  readonly countRows?: (file: ReadableFile) => Promise<number>
  /** Positions for so many readers that together read a file once, from its start or from where a reader stood; fewer where it cannot be cut. */
  cut(file: ReadableFile, readers: number, position: unknown): Promise<readonly unknown[]>
  /** Makes a writer of one file; at once, because the rows at hand must be taken over at once. Null when the format is read only. */
  readonly openWriter: ((table: FormatTable, file: AppendableFile) => FileWriter) | null
}

/** Random access to a file. */
export interface ReadableFile {
  /** Path, for errors. */
  readonly name: string
  readonly size: number
  /** Exactly `length` bytes from `offset`; the caller owns them. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** A file that is written from front to back. */
export interface AppendableFile {
  /** Path, for errors. */
  readonly name: string
  /** Takes the bytes over before it returns. A promise asks the caller to wait. */
  append(bytes: Uint8Array): void | Promise<void>
}

export interface FileRequest {
  /** The wanted columns, in the order of the batch's columns. */
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  /** All of them must hold. A reader may use them to skip rows and need not: rows are checked again. */
  readonly conditions: readonly FieldCondition[]
  /** What `position()` of an earlier reader of the file returned, to go on from there; null to begin at the start. */
  readonly position: unknown
  readonly signal: AbortSignal
}
/** A comparison of a column with a boxed value of the column's type; `in` holds when one of the values is equal. */
export interface FieldCondition {
  readonly column: string
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'in'
  readonly values: readonly unknown[]
}

export interface FileReader {
  /** The next batch; null at the end. The batch may be filled again by the next call. */
  read(): Batch | null | Promise<Batch | null>
  /** Where reading stands after the last batch returned, as JSON. */
  position(): unknown
  /** Rows set aside because they could not be read. */
  readonly skippedRows: number
  /** Stops reading; the file itself is closed by whoever opened it. */
  close(): Promise<void>
}

export interface FileWriter {
  /** Takes the rows over before it returns. A promise asks the caller to wait. */
  write(batch: Batch): void | Promise<void>
  /** Bytes of the file, appended or about to be, for the rolling of files. */
  readonly bytes: number
  /** Appends what is left and the end of the file; the file itself is closed by whoever opened it. */
  finish(): Promise<void>
}
