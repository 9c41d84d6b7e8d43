export { ClusterHosts } from './cluster-hosts.ts'
export type { FlinkCluster } from './cluster-link.ts'
export { RunBook } from './run-book.ts'
