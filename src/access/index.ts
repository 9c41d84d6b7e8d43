export { Access } from './access.ts'
export { assertMay, assertServerAdmin, type Caller } from './caller.ts'
export { accessErrors } from './errors.ts'
export type { AuditRecord } from './records.ts'
