/** What the connectors and formats of Flink lie in: one row each, for each version of Flink that can be started here. */
import { closeNames, listed, type TextPosition } from '#base'
import { clusterErrors } from './errors.ts'
import { type Artifact, type FlinkVersion, flink, kafkaConnector, versionRow } from './flink-version.ts'

/** A connector or a format that a table names. */
export interface NamedLibrary {
  readonly kind: 'connector' | 'format'
  readonly name: string
  /** The scheme of the database of a `jdbc` table, such as `postgresql`; empty: it is not known, or there is none. */
  readonly database: string
  readonly position: TextPosition
}

/** Artifacts for each version of Flink; null: none is published that fits. */
type Artifacts = Readonly<Record<FlinkVersion, readonly Artifact[] | null>>

const partOfFlink: Artifacts = { '2.3.0': [], '1.20.0': [] }
const notPublished: Artifacts = { '2.3.0': null, '1.20.0': null }
const kafka: Artifacts = { '2.3.0': [kafkaConnector(versionRow('2.3.0'))], '1.20.0': [kafkaConnector(versionRow('1.20.0'))] }

const connectors: Readonly<Record<string, Artifacts>> = {
  blackhole: partOfFlink,
  datagen: partOfFlink,
  filesystem: partOfFlink,
  print: partOfFlink,
  kafka,
  'upsert-kafka': kafka,
  jdbc: {
    '2.3.0': [[flink, 'flink-connector-jdbc-core', '4.0.0-2.0']],
    '1.20.0': [[flink, 'flink-connector-jdbc', '3.3.0-1.20']],
  },
  opensearch: notPublished,
  'opensearch-2': notPublished,
  'elasticsearch-7': notPublished,
  'elasticsearch-8': notPublished,
}

/** What a `jdbc` table needs besides its connector. */
const databases: Readonly<Record<string, Artifacts>> = {
  postgresql: {
    '2.3.0': [
      [flink, 'flink-connector-jdbc-postgres', '4.0.0-2.0'],
      ['org.postgresql', 'postgresql', '42.7.7'],
    ],
    '1.20.0': [['org.postgresql', 'postgresql', '42.7.7']],
  },
  mysql: {
    '2.3.0': [
      // The newest that is published for it; it goes with the newer core.
      [flink, 'flink-connector-jdbc-mysql', '3.3.0-1.20'],
      ['com.mysql', 'mysql-connector-j', '9.4.0'],
    ],
    '1.20.0': [['com.mysql', 'mysql-connector-j', '9.4.0']],
  },
}

const avroConfluent: Artifacts = {
  '2.3.0': [[flink, 'flink-sql-avro-confluent-registry', '2.3.0']],
  '1.20.0': [[flink, 'flink-sql-avro-confluent-registry', '1.20.0']],
}

const formats: Readonly<Record<string, Artifacts>> = {
  csv: partOfFlink,
  json: partOfFlink,
  raw: partOfFlink,
  'canal-json': partOfFlink,
  'debezium-json': partOfFlink,
  'maxwell-json': partOfFlink,
  'ogg-json': partOfFlink,
  avro: { '2.3.0': [[flink, 'flink-sql-avro', '2.3.0']], '1.20.0': [[flink, 'flink-sql-avro', '1.20.0']] },
  'avro-confluent': avroConfluent,
  'debezium-avro-confluent': avroConfluent,
  protobuf: { '2.3.0': [[flink, 'flink-sql-protobuf', '2.3.0']], '1.20.0': null },
  parquet: {
    '2.3.0': [
      [flink, 'flink-sql-parquet', '2.3.0'],
      // Its writer and its reader are configured by classes of Hadoop.
      ['org.apache.hadoop', 'hadoop-client-api', '3.4.2'],
      ['org.apache.hadoop', 'hadoop-client-runtime', '3.4.2'],
    ],
    '1.20.0': null,
  },
}

/** Of the embedded engine alone. */
const embeddedOnly = ['topic', 'nexmark', 'http', 'redis', 'elasticsearch']

/**
 * The artifacts that tables need, each once. Fails on a name that is no row, with the nearest one (CLUSTER_CONNECTOR), and on what no
 * library is published for (CLUSTER_LIBRARY).
 */
export function artifactsFor(named: readonly NamedLibrary[], version: string): readonly Artifact[] {
  const row = versionRow(version)
  const all = named.flatMap(({ kind, name, database, position }) => {
    const find = (table: Readonly<Record<string, Artifacts>>, what: string, wanted: string): readonly Artifact[] => {
      const artifacts = Object.hasOwn(table, wanted) ? table[wanted]?.[row.version] : undefined
      if (artifacts === undefined) throw notKnown(what, wanted, { position, names: Object.keys(table) })
      if (artifacts === null) throw clusterErrors.CLUSTER_LIBRARY({ kind: what, name: wanted, version }, { position })
      return artifacts
    }
    const own = find(kind === 'connector' ? connectors : formats, kind, name)
    return database === '' ? own : [...own, ...find(databases, 'jdbc database', database)]
  })
  return [...new Set(all)]
}

interface Asked {
  readonly position: TextPosition
  readonly names: readonly string[]
}

function notKnown(kind: string, name: string, { position, names }: Asked): Error {
  const [nearest] = closeNames(name, names, 1)
  const isOurs = kind === 'connector' && embeddedOnly.includes(name)
  const detail = isOurs ? 'The embedded engine has it.' : `Known are ${listed(names.toSorted(), 'and', 20)}.`
  const hint = isOurs
    ? 'Run it here, without --engine flink.'
    : nearest === undefined
      ? 'Bring a library of your own with ADD JAR.'
      : `Use "${nearest}", or bring a library of your own with ADD JAR.`
  return clusterErrors.CLUSTER_CONNECTOR({ kind, name }, { detail, hint, position })
}
