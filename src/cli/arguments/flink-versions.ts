import type { FlinkVersion } from '#query'

/** The versions of Flink that queries can be written for. */
export const flinkVersions = ['1.20', '2.0', '2.1', '2.2', '2.3'] as const satisfies readonly FlinkVersion[]
