export type { Catalog } from './catalog.ts'
export { MemoryCatalog } from './memory.ts'
