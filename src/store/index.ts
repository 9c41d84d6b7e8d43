export { RecordMap } from './record-map.ts'
export type {
  Commit,
  EntryOptions,
  ListOptions,
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
