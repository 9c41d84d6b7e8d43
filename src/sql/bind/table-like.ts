/** CREATE TABLE … LIKE: what is taken over from another table, and what may be given anew. */
import type { TextPosition } from '#base'
import type { TableColumn, TableDefinition } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import type { BindContext } from './context.ts'
import { tableNotFound, tablePath } from './tables.ts'

type Feature = Exclude<tree.LikeOption['feature'], 'all'>
type Merge = tree.LikeOption['merge']

/** The table that is copied, and how each of its features is. */
export interface Pattern {
  readonly table: TableDefinition
  readonly merge: Readonly<Record<Feature, Merge>>
}

const features: readonly Feature[] = ['constraints', 'distribution', 'generated', 'metadata', 'options', 'partitions', 'watermarks']

export function bindLike(like: tree.TableLike, context: BindContext): Pattern {
  const { environment } = context
  const path = tablePath(like.table, environment)
  const table = environment.table(path)
  if (table === undefined && environment.view(path) !== undefined) {
    throw sqlErrors.SQL_OTHER_KIND(
      { clause: 'LIKE', expected: 'table', name: nameText(like.table), got: 'view' },
      { position: like.table.position, hint: 'Use CREATE TABLE … AS SELECT * FROM the view.' },
    )
  }
  if (table === undefined) throw tableNotFound(like.table, path, environment)
  return { table, merge: mergeOf(like.options) }
}

/** Without options everything is included, and options can be given anew. */
function mergeOf(options: readonly tree.LikeOption[]): Record<Feature, Merge> {
  const all = options.find((option) => option.feature === 'all')?.merge
  const merge = Object.fromEntries(
    features.map((feature) => [feature, all ?? (feature === 'options' ? 'overwriting' : 'including')]),
  ) as Record<Feature, Merge>
  for (const { feature, merge: own, position } of options) {
    if (feature === 'all') continue
    if (own === 'overwriting' && (feature === 'constraints' || feature === 'partitions' || feature === 'distribution')) {
      throw sqlErrors.SQL_LIKE_OVERWRITING({ feature: feature.toUpperCase() }, { position, hint: 'Use INCLUDING or EXCLUDING.' })
    }
    merge[feature] = own
  }
  return merge
}

/** The columns of the pattern that are taken over. Stored columns always are. */
export function likeColumns({ table, merge }: Pattern): TableColumn[] {
  return table.columns.filter((column) => {
    if (column.kind === 'computed') return merge.generated !== 'excluding'
    return column.kind === 'physical' || merge.metadata !== 'excluding'
  })
}

/** Whether a column may take the place of one that was taken over. */
export function mayReplace(pattern: Pattern, before: TableColumn, after: TableColumn): boolean {
  if (before.kind !== after.kind) return false
  if (before.kind === 'physical') return false
  return pattern.merge[before.kind === 'computed' ? 'generated' : 'metadata'] === 'overwriting'
}

/** Something that the pattern has and the statement gives as well. */
export function checkGivenOnce(pattern: Pattern, feature: Feature, what: string, position: TextPosition | undefined): void {
  if (pattern.merge[feature] !== 'including' || position === undefined) return
  const hint =
    feature === 'watermarks' || feature === 'options'
      ? `Add OVERWRITING ${feature.toUpperCase()}, or EXCLUDING ${feature.toUpperCase()}.`
      : `Add EXCLUDING ${feature.toUpperCase()}.`
  throw sqlErrors.SQL_LIKE_TWICE({ what, table: pattern.table.path[2] }, { position, hint })
}
