/** What the optimiser is told of tables and by settings. */
import type { Engine } from '#engines'
import type { OptimizerFacts } from '#optimizer'
import { type Plan, rootsOf, type Scan, type TableSize, type Tables, walkRelations } from '#plan'
import type { Settings } from './settings.ts'

export async function optimizerFacts(plan: Plan, tables: Tables, engine: Engine, settings: Settings): Promise<OptimizerFacts> {
  const isMeasured = isOn(settings, 'table.optimizer.join-reorder-enabled')
  const sizes = await sizesOf(plan, (scan) => engine.sizeOf(scan, tables, isMeasured))
  return {
    readsFields: (scan) => engine.readsFields(scan, tables),
    isAligned: ({ table, options }) => 'scan.watermark.alignment.group' in { ...tables.table(table)?.options, ...options },
    sizeOf: (scan) => sizes.get(nameOf(scan)) ?? null,
    ...(isOn(settings, 'table.optimizer.distinct-agg.split.enabled')
      ? { distinctBuckets: Number(settings.get('table.optimizer.distinct-agg.split.bucket-num')) }
      : {}),
    bushyJoinsMax: Number(settings.get('table.optimizer.bushy-join-reorder-threshold')),
  }
}

export function isOn(settings: Settings, key: string): boolean {
  return settings.get(key).toLowerCase() === 'true'
}

/** The sizes of all tables that a plan joins with others, by name and options. */
async function sizesOf(plan: Plan, sizeOf: (scan: Scan) => Promise<TableSize | null>): Promise<ReadonlyMap<string, TableSize | null>> {
  const scans = new Map<string, Scan>()
  let joins = false
  walkRelations(rootsOf(plan), (relation) => {
    joins ||= relation.kind === 'join'
    if (relation.kind === 'scan') scans.set(nameOf(relation), relation)
  })
  if (!joins) return new Map()
  const sizes = await Promise.all(Array.from(scans, async ([name, scan]) => [name, await sizeOf(scan)] as const))
  return new Map(sizes)
}

function nameOf({ table, options }: Scan): string {
  return JSON.stringify([table, options])
}

/** The primary keys of tables whose changes have to be normalised: those that give upserts, or whose changes may come twice. */
export function upsertKeys(tables: Tables, engine: Engine, settings: Settings): (scan: Scan) => readonly string[] | null {
  const mayRepeat = isOn(settings, 'table.exec.source.cdc-events-duplicate')
  return (scan) => {
    const changes = engine.changesOf(scan, tables)
    const key = tables.table(scan.table)?.primaryKey ?? []
    return key.length > 0 && (changes === 'upsert' || (mayRepeat && changes === 'all')) ? key : null
  }
}
