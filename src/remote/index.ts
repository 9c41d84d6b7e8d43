export { ClusterHosts } from './cluster-hosts.ts'
export type { FlinkCluster } from './cluster-link.ts'
export type { FlinkPlanner } from './flink-planner.ts'
export { RunBook } from './run-book.ts'
