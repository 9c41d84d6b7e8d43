export {
  type Catalog,
  type CatalogDefinition,
  type DatabaseDefinition,
  type DatabasePath,
  defaultPath,
  type WhenMissing,
  type WhenThere,
} from './catalog.ts'
export { catalogErrors } from './errors.ts'
export { MemoryCatalog } from './memory.ts'
