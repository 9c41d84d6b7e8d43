export { runThread } from './run-thread.ts'
export { threadHost } from './thread-host.ts'
