/** The options of the filesystem connector: Flink's, by Flink's names. */
import { type FileFormat, type FormatTable, formatNamed, formatNames, type Option, type Options, type RecordFormat } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { lookupOptions } from '../lookup-options.ts'
import { option, requiredOption, tableOptions } from '../options.ts'
import { filesystemErrors } from './errors.ts'

export const filesystemOptions: readonly Option[] = [
  requiredOption(
    'path',
    'text',
    'A file, a directory or a pattern such as data/*.csv, on this machine or below an address as s3://bucket or hdfs://host:9870.',
  ),
  requiredOption('format', { oneOf: formatNames }, 'How rows are written in the files.'),
  option('source.monitor-interval', 'duration', null, 'How often to look for new files; without it the files are read once.'),
  option('source.path.regex-pattern', 'text', null, 'Only files whose whole path matches the regular expression are read.'),
  option('source.max-record-size', 'memory', '32 mb', 'The longest record that is read, in a file of records such as CSV or JSON.'),
  option('partition.default-name', 'text', '__DEFAULT_PARTITION__', 'The directory of rows whose partition column is NULL or empty.'),
  ...lookupOptions(['FULL']),
  option('sink.rolling-policy.file-size', 'memory', '128 mb', 'A file of this size is closed and another one begun.'),
  option('sink.rolling-policy.rollover-interval', 'duration', '30 min', 'A file this old is closed and another one begun.'),
  option('sink.rolling-policy.inactivity-interval', 'duration', '30 min', 'A file that got no row for so long is closed.'),
  option('sink.rolling-policy.check-interval', 'duration', '1 min', 'How often the age of files is looked at.'),
  option(
    'sink.partition-commit.trigger',
    { oneOf: ['process-time', 'partition-time'] },
    'process-time',
    'When a partition counts as whole.',
  ),
  option(
    'sink.partition-commit.delay',
    'duration',
    '0 s',
    'How long after its first row a partition counts as whole, or with partition-time how far the watermark has to be beyond its time.',
  ),
  option('sink.partition-commit.watermark-time-zone', 'text', 'UTC', 'The zone in which partitions name times.'),
  option('sink.partition-commit.policy.kind', 'text', null, 'What is done then: success-file writes an empty file.'),
  option('sink.partition-commit.success-file.name', 'text', '_SUCCESS', 'The name of the success file.'),
  option('partition.time-extractor.kind', 'text', 'default', 'How the time of a partition is told from its values; only default.'),
  option(
    'partition.time-extractor.timestamp-pattern',
    'text',
    null,
    "How the values of columns make a time, such as '$dt $hm:00'; left out: the first column alone.",
  ),
  option(
    'partition.time-extractor.timestamp-formatter',
    'text',
    'yyyy-MM-dd HH:mm:ss',
    'How that time is written, as a pattern of DateTimeFormatter.',
  ),
  option(
    'sink.shuffle-by-partition.enable',
    'boolean',
    'false',
    'Taken for the sake of Flink; each writer may have rows of any partition here.',
  ),
  option('sink.parallelism', 'integer', null, 'With 1 one writer writes all rows; else each worker of the run writes its own.'),
  option(
    'auto-compaction',
    'boolean',
    'false',
    'Whether small files are held back, hidden, until they make one of the wanted size, are as old as files may be, or their partition is whole.',
  ),
  option('compaction.file-size', 'memory', null, "The wanted size of files; left out: 'sink.rolling-policy.file-size'."),
]

export interface FilesystemTable {
  readonly name: string
  readonly path: string
  readonly format: RecordFormat | FileFormat
  /** The table as the format sees it: without partition columns. */
  readonly content: FormatTable
  readonly options: Options
  readonly defaultPartition: string
}

/** Checks the options of a table. */
export function filesystemTable(table: ConnectorTable): FilesystemTable {
  const name = table.options['format']
  const rows = name === undefined ? filesystemOptions : [...filesystemOptions, ...formatNamed(name).options]
  const options = tableOptions(table, rows)
  const format = formatNamed(options.text('format') ?? '')
  if (format.kind === 'message') throw filesystemErrors.CONNECTORS_FILESYSTEM_FORMAT_OF_MESSAGES({ format: format.name, table: table.name })
  for (const key of ['partition.default-name', 'sink.partition-commit.success-file.name']) checkName(key, options.text(key) ?? '')
  const schema = table.schema.filter((column) => !table.partitionedBy.includes(column.name))
  return {
    name: table.name,
    path: options.text('path') ?? '',
    format,
    content: { name: table.name, schema, options, timeZone: table.timeZone },
    options,
    defaultPartition: options.text('partition.default-name') ?? '',
  }
}

/** What is a file or directory in that of the table must not lead out of it. */
function checkName(key: string, value: string): void {
  if (value !== '' && value !== '.' && value !== '..' && !/[/\\\0]/.test(value)) return
  throw filesystemErrors.CONNECTORS_FILESYSTEM_OPTION_UNSUPPORTED({ key, value }, { detail: 'Expected a name without a path.' })
}

/** What a sink would have to do and cannot. */
export function checkSinkOptions(options: Options): void {
  const refuse = (key: string, detail: string): never => {
    throw filesystemErrors.CONNECTORS_FILESYSTEM_OPTION_UNSUPPORTED({ key, value: options.text(key) ?? '' }, { detail })
  }
  const extractor = options.text('partition.time-extractor.kind')
  if (extractor !== 'default') refuse('partition.time-extractor.kind', 'The kind is default.')
  const policy = options.text('sink.partition-commit.policy.kind')
  if (policy !== undefined && policy !== 'success-file') refuse('sink.partition-commit.policy.kind', 'The policy is success-file.')
}
