/** The versions of Flink that can be started here: one row each. */
import { clusterErrors } from './errors.ts'

/** Group, name and version of an artifact of Maven. */
export type Artifact = readonly [group: string, name: string, version: string]

interface FlinkVersion {
  readonly version: string
  /** Of flink-sql-connector-kafka, which has versions of its own. */
  readonly kafka: string
  readonly log4j: string
}

const versions: readonly FlinkVersion[] = [
  { version: '2.3.0', kafka: '5.0.0-2.2', log4j: '2.25.3' },
  { version: '1.20.0', kafka: '3.2.0-1.19', log4j: '2.25.3' },
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
]

export interface FlinkArtifacts {
  /** With all that they need at run time. */
  readonly whole: readonly Artifact[]
  /** Those that bring what they need along. */
  readonly alone: readonly Artifact[]
}

/** Fails on a version that is no row. */
export function flinkArtifacts(version: string): FlinkArtifacts {
  const row = versions.find((each) => each.version === version)
  if (row === undefined) throw clusterErrors.CLUSTER_VERSION({ version, known: versions.map((each) => each.version).join(' and ') })
  const flink = 'org.apache.flink'
  const logging = 'org.apache.logging.log4j'
  return {
    whole: [
      ...modules.map((name): Artifact => [flink, name, version]),
      [logging, 'log4j-core', row.log4j],
      [logging, 'log4j-slf4j-impl', row.log4j],
    ],
    alone: [
      [flink, 'flink-sql-gateway', version],
      [flink, 'flink-sql-connector-kafka', row.kafka],
    ],
  }
}
