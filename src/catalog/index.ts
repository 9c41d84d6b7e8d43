export type { Catalog, CatalogDefinition, CatalogObject } from './catalog.ts'
export { KeptCatalog } from './kept-catalog.ts'
export { MemoryCatalog } from './memory.ts'
