/** What binding asks of the world: which names mean what. The catalog has the answers; the front end never sees it. */
import type { ConnectionDefinition, FunctionDefinition, TableDefinition, TablePath, Tables, ViewDefinition } from '#plan'

export interface Environment extends Tables {
  /** Where names of one part are looked up: catalog and database. */
  readonly current: readonly [catalog: string, database: string]
  table(path: TablePath): TableDefinition | undefined
  view(path: TablePath): ViewDefinition | undefined
  function(path: TablePath): FunctionDefinition | undefined
  connection(path: TablePath): ConnectionDefinition | undefined
  /** A temporary system function, found by its bare name before everything else. */
  systemFunction(name: string): FunctionDefinition | undefined
  /** Names for "did you mean": tables and views of a database, and the rest. */
  tableNames(path: readonly [catalog: string, database: string]): readonly string[]
  connectionNames(path: readonly [catalog: string, database: string]): readonly string[]
  functionNames(path: readonly [catalog: string, database: string]): readonly string[]
  systemFunctionNames(): readonly string[]
  catalogNames(): readonly string[]
  databaseNames(catalog: string): readonly string[]
}
