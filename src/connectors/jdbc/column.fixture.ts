/** Columns and tables of a database, for tests. */
import type { TargetColumn, TargetTable } from './dialect.ts'

export function columnOf(name: string, given: Partial<TargetColumn> = {}): TargetColumn {
  const plain = { nullable: true, hasDefault: false, isGenerated: false, precision: null, scale: null, isFlag: false, isPadded: false }
  return { name, family: 'integer', type: 'bigint', castType: '"pg_catalog"."int8"', elementFamily: null, ...plain, ...given }
}

export function tableOf(columns: readonly TargetColumn[], primaryKey: readonly string[] = []): TargetTable {
  return { schema: 's', name: 't"`', columns, primaryKey, uniqueKeys: primaryKey.length === 0 ? [] : [primaryKey] }
}
