/** The versions of Flink that can be started here: one row each. */
import { clusterErrors } from './errors.ts'

/** Group, name and version of an artifact of Maven. */
export type Artifact = readonly [group: string, name: string, version: string]

/** A version of Flink that can be started here. */
export type FlinkVersion = '2.3.0' | '1.20.0'

interface VersionRow {
  readonly version: FlinkVersion
  /** Of flink-sql-connector-kafka, which has versions of its own. */
  readonly kafka: string
  readonly log4j: string
  /** The module that runs a script as an application; null: it has none that does. */
  readonly application: string | null
}

const versions: readonly VersionRow[] = [
  { version: '2.3.0', kafka: '5.0.0-2.2', log4j: '2.25.3', application: 'flink-container' },
  { version: '1.20.0', kafka: '3.2.0-1.19', log4j: '2.25.3', application: null },
]

export const newestFlink = '2.3.0'

/** What a cluster and its gateway need. */
const modules = [
  'flink-streaming-java',
  'flink-clients',
  'flink-connector-datagen',
  'flink-connector-files',
  'flink-table-planner-loader',
  'flink-table-runtime',
  'flink-table-api-java-uber',
  // The planner needs it for any statement.
  'flink-cep',
  'flink-csv',
  'flink-json',
  // Takes the JARs of jobs.
  'flink-runtime-web',
]

interface FlinkArtifacts {
  /** With all that they need at run time. */
  readonly whole: readonly Artifact[]
  /** Those that bring what they need along. */
  readonly alone: readonly Artifact[]
}

/** Group of the artifacts of Flink. */
export const flink = 'org.apache.flink'

/** Fails on a version that is no row. */
export function versionRow(version: string): VersionRow {
  const row = versions.find((each) => each.version === version)
  if (row === undefined) throw clusterErrors.CLUSTER_VERSION({ version, known: versions.map((each) => each.version).join(' and ') })
  return row
}

/** Fails on a version that is no row. */
export function flinkArtifacts(version: string): FlinkArtifacts {
  const row = versionRow(version)
  const logging = 'org.apache.logging.log4j'
  return {
    whole: [
      ...[...modules, ...(row.application === null ? [] : [row.application])].map((name): Artifact => [flink, name, version]),
      [logging, 'log4j-core', row.log4j],
      [logging, 'log4j-slf4j-impl', row.log4j],
    ],
    alone: [[flink, 'flink-sql-gateway', version], kafkaConnector(row)],
  }
}

/** The connector to Kafka, which each cluster that is started here has. */
export function kafkaConnector({ kafka }: Pick<VersionRow, 'kafka'>): Artifact {
  return [flink, 'flink-sql-connector-kafka', kafka]
}
