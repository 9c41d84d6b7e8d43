export { type ClusterState, Clusters } from './clusters.ts'
export { newestFlink } from './flink-version.ts'
export { installFlink } from './install-flink.ts'
export { type FlinkScheduler, startLocalFlink, stopLocalFlink } from './local-flink.ts'
