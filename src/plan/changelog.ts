/**
 * Which kinds of change each relation of a plan sends, as Flink's changelog-mode inference decides it: first upwards which changes can
 * happen, then downwards where the old row must be sent before the new one.
 *
 * | mode    | kinds of change        | who sends it                                                      |
 * |---------|------------------------|-------------------------------------------------------------------|
 * | append  | +I                     | readers of files, window aggregates                               |
 * | upsert  | +I +U −D               | who changes rows by key, when nobody downstream needs the old row |
 * | retract | +I −U +U −D            | who changes rows otherwise                                        |
 */
import type { TextPosition } from '#base'
import { planErrors } from './errors.ts'
import { joinTimeOf } from './join-time.ts'
import type { Aggregate, Join, Output, Plan, Relation, Scan, Sort, Top } from './plan.ts'
import { printRelationLine, type RelationNote } from './print.ts'
import { columnOf, schemaOf } from './schema.ts'
import type { TablePath } from './tables.ts'
import { contains, deriveUpsertKeys, type UpsertKey } from './upsert-key.ts'
import { inputsOf, match, readersFirst, rootsOf, walkRelations } from './visit.ts'

/** What a relation sends besides +I. */
export interface Changelog {
  /** +U: rows change. */
  readonly updates: boolean
  /** −D: rows go away. */
  readonly deletes: boolean
  /** −U before each +U. */
  readonly before: boolean
}
export type ChangelogMode = 'append' | 'upsert' | 'retract'

export const appendOnly: Changelog = { updates: false, deletes: false, before: false }
export const allChanges: Changelog = { updates: true, deletes: true, before: true }

/** What the inference has to know of tables. */
export interface ChangelogFacts {
  /** What reading a table sends, and its key under the names of the scan's columns (null without one). */
  scan(scan: Scan): { readonly changelog: Changelog; readonly key: UpsertKey | null }
  /** What writing a table takes, and its primary key (empty without one). */
  sink(table: TablePath): { readonly takes: 'append' | 'upsert' | 'newest' | 'all'; readonly key: readonly string[] }
  /** Whether rows are kept before a sink of upserts; left out: `auto`. */
  readonly upsertMaterialize?: UpsertMaterialize
  /** Whether inputs end and only final rows go out, so that whoever needs them waits for them; left out: no. */
  readonly isBatch?: boolean
  /** Whether a relation that would only insert rows sends them again as updates of themselves; left out: none does. */
  repeats?(relation: Relation): boolean
  /** Where the statement that writes to an output stands, for errors. */
  readonly positions?: readonly (TextPosition | undefined)[]
}

/** `table.exec.sink.upsert-materialize`. auto: where rows arrive under another key than the sink's. force: always. */
export type UpsertMaterialize = 'none' | 'auto' | 'force'

export interface PlanChangelog {
  changelogOf(relation: Relation): Changelog
  upsertKeysOf(relation: Relation): readonly UpsertKey[]
  readonly outputs: readonly OutputChangelog[]
}
interface OutputChangelog {
  readonly changelog: Changelog
  /** Someone must keep what is there per key of the sink. */
  readonly materialize: boolean
  readonly sinkKey: SinkKey
  /** Whether who makes a row makes all rows of the same key of the table. */
  readonly isHeldByKey: boolean
}

/**
 * What the key of a sink of upserts is to those under which rows arrive: `same`, so that a new row replaces the old one; `wider`, so that a
 * row may change it; or `other`, so that several rows may have it. For other sinks it is `same`, too.
 */
type SinkKey = 'same' | 'wider' | 'other'

export function changelogMode({ updates, deletes, before }: Changelog): ChangelogMode {
  if (!updates && !deletes) return 'append'
  return updates && !before ? 'upsert' : 'retract'
}

/** Decides the changelog of every relation, and refuses changes where they cannot be taken. */
export function inferChangelog(plan: Plan, facts: ChangelogFacts): PlanChangelog {
  const roots = rootsOf(plan)
  const upsertKeys = deriveUpsertKeys(roots, (scan) => facts.scan(scan).key)
  const keysOf = (relation: Relation) => upsertKeys.get(relation) ?? []
  const changes = new Map<Relation, Changelog>()
  const changesOf = (relation: Relation) => changes.get(relation) ?? appendOnly
  const position = plan.outputs.length === 1 ? facts.positions?.[0] : undefined
  walkRelations(roots, (relation) => changes.set(relation, possibleChanges(relation, changesOf, facts, position)))
  const orderedKeys = deriveUpsertKeys(
    roots,
    (scan) => facts.scan(scan).key,
    (relation) => isAppend(changesOf(relation)),
  )

  const wanted = new Set<Relation>()
  const outputs = plan.outputs.map((output, index) => {
    const keys = orderedKeys.get(output.input) ?? []
    const { before, materialize, sinkKey } = sinkNeeds(output, changesOf, keys, facts, facts.positions?.[index])
    if (before) wanted.add(output.input)
    const isHeldByKey = output.kind === 'insert' && sinkKeyOf(facts.sink(output.table).key, keys) !== 'other'
    return { input: output.input, materialize, sinkKey, isHeldByKey }
  })
  askForBefore(roots, changesOf, wanted)
  walkRelations(roots, (relation) => {
    const { updates, deletes } = changesOf(relation)
    changes.set(relation, { updates, deletes, before: updates && sendsBefore(relation, changesOf, wanted) })
  })
  return {
    changelogOf: changesOf,
    upsertKeysOf: keysOf,
    outputs: outputs.map(({ input, ...needs }) => ({ changelog: changesOf(input), ...needs })),
  }
}

interface SinkNeeds extends Pick<OutputChangelog, 'materialize' | 'sinkKey'> {
  /** Whether an output needs −U. */
  readonly before: boolean
}

/** What an output needs, after checking that it takes what arrives. */
function sinkNeeds(
  output: Output,
  changesOf: (relation: Relation) => Changelog,
  upsertKeys: readonly UpsertKey[],
  facts: ChangelogFacts,
  position: TextPosition | undefined,
): SinkNeeds {
  const changelog = changesOf(output.input)
  const { updates } = changelog
  const all = { before: updates, materialize: false, sinkKey: 'same' } as const
  if (output.kind === 'collect') return all
  const { takes, key } = facts.sink(output.table)
  const sinkKey = sinkKeyOf(key, upsertKeys)
  if (isAppend(changelog)) {
    const materialize = takes === 'upsert' && key.length > 0 && facts.upsertMaterialize === 'force'
    return { ...all, materialize }
  }
  const parameters = { table: output.table[2], producer: producerOf(output.input, changesOf) }
  if (takes === 'append') throw planErrors.PLAN_SINK_TAKES_INSERTS_ONLY(parameters, { position })
  if (takes === 'all') return all
  if (takes === 'newest') return { ...all, before: false }
  if (key.length === 0) throw planErrors.PLAN_SINK_NEEDS_KEY(parameters, { position })
  const materialize = facts.upsertMaterialize === 'force' || (sinkKey === 'other' && facts.upsertMaterialize !== 'none')
  return { before: updates && (materialize || sinkKey !== 'same'), materialize, sinkKey }
}

function sinkKeyOf(key: UpsertKey, upsertKeys: readonly UpsertKey[]): SinkKey {
  const within = upsertKeys.filter((each) => contains(key, each))
  if (within.length === 0) return 'other'
  return within.some((each) => contains(each, key)) ? 'same' : 'wider'
}

/** The line of the lowest relation that turns inserts into other changes. */
function producerOf(relation: Relation, changesOf: (relation: Relation) => Changelog): string {
  let producer = relation
  for (;;) {
    const below = inputsOf(producer).find((input) => !isAppend(changesOf(input)))
    if (below === undefined) return printRelationLine(producer)
    producer = below
  }
}

function isAppend({ updates, deletes }: Changelog): boolean {
  return !updates && !deletes
}

/** What can happen to the rows of a relation; `before` is still open. */
function possibleChanges(
  relation: Relation,
  changesOf: (relation: Relation) => Changelog,
  facts: ChangelogFacts,
  position: TextPosition | undefined,
): Changelog {
  const input = together(inputsOf(relation).map(changesOf))
  const refuse = (consumer: string) => {
    const changing = inputsOf(relation).find((each) => !isAppend(changesOf(each)))
    if (changing !== undefined) throw planErrors.PLAN_UPDATES_REFUSED({ consumer, producer: producerOf(changing, changesOf) }, { position })
    return appendOnly
  }
  return match<Changelog>(relation, {
    scan: (scan) => facts.scan(scan).changelog,
    values: () => appendOnly,
    watermark: () => input,
    filter: () => input,
    project: () => input,
    unnest: () => input,
    window: () => input,
    aggregate: (aggregate) => aggregateChanges(aggregate, input, facts.repeats?.(aggregate) === true),
    over: () => (facts.isBatch === true ? appendOnly : refuse('an OVER aggregate')),
    join: (join) => joinChanges(join, changesOf(join.left), input, refuse),
    union: () => input,
    distinct: (distinct) => ({ updates: facts.repeats?.(distinct) === true, deletes: !isAppend(input), before: false }),
    top: (top) => (isWindowTop(top) ? refuse('a Top-N per window') : topChanges(top, input)),
    sort: (sort) => sortChanges(sort, input, refuse),
    match: () => refuse('MATCH_RECOGNIZE'),
    'to-changelog': () => appendOnly,
    'from-changelog': () => (isAppend(input) ? allChanges : refuse('FROM_CHANGELOG')),
    normalise: () => allChanges,
  })
}

function together(changelogs: readonly Changelog[]): Changelog {
  const updates = changelogs.some((each) => each.updates)
  return { updates, deletes: changelogs.some((each) => each.deletes), before: updates }
}

function aggregateChanges({ window, keys, groupingSets, measures }: Aggregate, input: Changelog, repeats: boolean): Changelog {
  if (window !== null) return appendOnly
  const always = keys.length === 0 && groupingSets === null
  return { updates: measures.length > 0 || repeats, deletes: !isAppend(input) && !always, before: true }
}

function joinChanges(join: Join, left: Changelog, both: Changelog, refuse: (consumer: string) => Changelog): Changelog {
  if (join.asOf !== null) return left
  const time = joinTimeOf(join, schemaOf(join.left), schemaOf(join.right))
  if (time !== null) return refuse(time.kind === 'window' ? 'a window join' : 'an interval join')
  return join.type === 'inner' || join.type === 'semi' ? both : allChanges
}

/** A Top-N whose partitions hold the bounds of a window: it is final when the window closes. */
function isWindowTop({ input, partitionBy }: Top): boolean {
  const roles = partitionBy.map((name) => columnOf(input, name).role)
  return roles.includes('window-start') && roles.includes('window-end')
}

function topChanges(top: Top, input: Changelog): Changelog {
  if (!isAppend(input)) return allChanges
  const [first] = top.orderBy
  const role = first === undefined ? undefined : columnOf(top.input, first.column).role
  const one = top.from === 1 && top.to === 1 && top.rank === null && top.function === 'ROW_NUMBER'
  if (one && role === 'processing-time' && first?.descending === false) return appendOnly
  return { updates: true, deletes: !one, before: true }
}

function sortChanges({ input: below, orderBy, offset, limit }: Sort, input: Changelog, refuse: (consumer: string) => Changelog): Changelog {
  const [first] = orderBy
  if (limit === null && offset === 0) {
    const role = first === undefined ? undefined : columnOf(below, first.column).role
    const byTime = role !== undefined && role !== 'window-start' && role !== 'window-end'
    return byTime && first?.descending === false && !isAppend(input) ? refuse('ORDER BY time') : appendOnly
  }
  return first === undefined && isAppend(input) ? appendOnly : allChanges
}

/** Goes from the outputs down and notes who must send −U. */
function askForBefore(roots: readonly Relation[], changesOf: (relation: Relation) => Changelog, wanted: Set<Relation>): void {
  for (const relation of readersFirst(roots)) {
    for (const input of inputsOf(relation)) {
      if (changesOf(input).updates && needsBefore(relation, input, wanted.has(relation))) wanted.add(input)
    }
  }
}

/** Whether a relation needs −U of an input. A table of versions never sends any: new rows say when the old ones end. */
function needsBefore(relation: Relation, input: Relation, isWanted: boolean): boolean {
  if (relation.kind === 'join' && relation.asOf !== null) return input === relation.left && isWanted
  return isWanted || !passesOn(relation)
}

/** Whether a relation can do with new rows alone when its reader can: it neither keeps nor drops rows. */
function passesOn(relation: Relation): boolean {
  return relation.kind === 'project' || relation.kind === 'union' || relation.kind === 'watermark'
}

const sendsWhatArrives: ReadonlySet<Relation['kind']> = new Set(['project', 'union', 'watermark', 'filter', 'unnest', 'window'])

function sendsBefore(relation: Relation, changesOf: (relation: Relation) => Changelog, wanted: ReadonlySet<Relation>): boolean {
  if (relation.kind === 'scan') return changesOf(relation).before
  if (relation.kind === 'from-changelog') return true
  if (relation.kind === 'join' && relation.asOf !== null) return changesOf(relation.left).before
  if (sendsWhatArrives.has(relation.kind)) return inputsOf(relation).some((input) => changesOf(input).before)
  return wanted.has(relation)
}

/** Shows the kinds of change of each relation in a printed plan, as EXPLAIN CHANGELOG_MODE does. */
export function changelogNote(changelog: PlanChangelog): RelationNote {
  return (relation) => {
    const { updates, deletes, before } = changelog.changelogOf(relation)
    const kinds = ['I', ...(before ? ['UB'] : []), ...(updates ? ['UA'] : []), ...(deletes ? ['D'] : [])]
    return [['changelogMode', kinds.join(',')]]
  }
}
