export type { Catalog, CatalogDefinition } from './catalog.ts'
export { MemoryCatalog } from './memory.ts'
