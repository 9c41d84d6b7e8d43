export { MemoryStore } from './memory-store.ts'
export { openStore } from './open-store.ts'
export { keyBytesMax } from './record-key.ts'
export { type RecordChange, RecordMap } from './record-map.ts'
export type {
  Commit,
  CommitNews,
  Lease,
  LogEntry,
  LogKind,
  NewEntry,
  RecordKey,
  RecordKind,
  Store,
  Stored,
  Write,
} from './store.ts'
export { entryOf, writeOf } from './store.ts'
