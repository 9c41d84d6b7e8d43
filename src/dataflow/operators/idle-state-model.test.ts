/**
 * Operators that drop idle state against models that keep the time of each thing in plain objects: whatever the clock does, and however
 * eagerly or lazily memory is given back, each batch gives what the model gives.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigintType, integerType, type Schema, stringType, timestampType } from '#data'
import { type ClockedRun, type ClockedStep, runClocked } from '../check/clocked-run.fixture.ts'
import { printValues } from '../check/print-rows.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { sortRows } from '../check/rows-left.fixture.ts'
import { createDeduplicate } from './deduplicate.ts'
import { Distinct } from './distinct.ts'
import { GroupAggregate } from './group-aggregate.ts'
import { Join } from './join.ts'
import type { JoinType } from './join-probe.ts'
import type { MeasureShape } from './measures.ts'
import { Top } from './top.ts'

type Row = readonly unknown[]

const ttlMs = 100
const schema: Schema = [
  { name: 'key', type: stringType },
  { name: 'number', type: integerType },
]
const types = schema.map((column) => column.type)
const kindNames = ['+I', '-U', '+U', '-D']

function line(kind: number, row: Row): string {
  return `${kindNames[kind]}${printValues(row)}`
}

/** One batch of changes at one instant. */
interface BatchStep {
  readonly atMs: number
  readonly input: number
  readonly changes: readonly { readonly kind: number; readonly row: Row }[]
}

/** Random batches and ticks; what is taken away was there once, or never. */
function randomSteps(random: Random, inputs: number, retracts: boolean, row: () => Row): (BatchStep | { readonly atMs: number })[] {
  let atMs = 0
  const once: Row[][] = Array.from({ length: inputs }, () => [])
  return Array.from({ length: 60 }, () => {
    atMs += random.pick([0, 1, 20, 40, 60, 99, 100, 250])
    if (random.below(6) === 0) return { atMs }
    const input = random.below(inputs)
    const seen = once[input] ?? []
    const changes = Array.from({ length: 1 + random.below(6) }, () => {
      const goes = retracts && random.below(5) < 2
      if (goes && seen.length > 0 && random.below(8) > 0) {
        const [gone] = seen.splice(random.below(seen.length), 1)
        return { kind: random.pick([1, 3]), row: gone ?? row() }
      }
      const other = row()
      if (!goes) seen.push(other)
      return { kind: goes ? 3 : random.pick(retracts ? [0, 2] : [0]), row: other }
    })
    return { atMs, input, changes }
  })
}

/** What a model gives for a batch. */
type Model = (step: BatchStep) => string[]

/** Compares an operator with a model, batch by batch; lines of a batch in any order where `sorted`. */
function expectModel(run: ClockedRun, steps: readonly (BatchStep | { readonly atMs: number })[], model: Model, sorted = false): void {
  const clocked = steps.map((step): ClockedStep => {
    if (!('changes' in step)) return step
    return {
      atMs: step.atMs,
      input: step.input,
      rows: step.changes.map(({ row }) => row),
      kinds: step.changes.map(({ kind }) => kind),
    }
  })
  const arranged = (lines: readonly string[]) => (sorted ? lines.toSorted() : lines)
  const expected = steps.map((step) => arranged('changes' in step ? model(step) : []))
  expect(runClocked(run, clocked).map(arranged)).toEqual(expected)
}

/** Sweeps that never come, come as ever, and come to everything at once. */
const sweeps = fc.constantFrom(0, 4, 1000)

function keyRow(random: Random): () => Row {
  return () => [random.pick(['a', 'b', 'c', null]), random.below(3)]
}

describe('idle groups', () => {
  const measure = (kind: 'count' | 'sum' | 'max'): MeasureShape => ({
    aggregate: {
      kind,
      arguments: kind === 'count' ? [] : [integerType],
      result: kind === 'max' ? integerType : bigintType,
      distinct: false,
      retracts: true,
    },
    arguments: kind === 'count' ? [] : [1],
    filter: null,
  })

  interface Group {
    rows: number
    sum: number
    atMs: number
    readonly counts: Map<number, number>
  }

  function resultOf(key: unknown, { rows, sum, counts }: Group): Row {
    const values = [...counts].flatMap(([value, count]) => (count > 0 ? [value] : []))
    return [key, rows, sum, values.length === 0 ? null : Math.max(...values)]
  }

  function groupModel(): Model {
    const groups = new Map<unknown, Group>()
    const at = (key: unknown, nowMs: number): Group | undefined => {
      const group = groups.get(key)
      return group !== undefined && group.atMs + ttlMs > nowMs ? group : undefined
    }
    return ({ atMs, changes }) => {
      const keys = [...new Set(changes.map(({ row: [key] }) => key))]
      const before = keys.map((key) => {
        const group = at(key, atMs)
        return group === undefined ? null : resultOf(key, group)
      })
      for (const { kind, row } of changes) {
        const [key, number] = row as [unknown, number]
        const by = kind === 1 || kind === 3 ? -1 : 1
        const group = at(key, atMs) ?? { rows: 0, sum: 0, atMs, counts: new Map<number, number>() }
        if (group.rows === 0 && by < 0) continue
        group.rows += by
        group.sum += by * number
        group.counts.set(number, (group.counts.get(number) ?? 0) + by)
        group.atMs = atMs
        if (group.rows === 0) groups.delete(key)
        else groups.set(key, group)
      }
      return keys.flatMap((key, index) => {
        const old = before[index] ?? null
        const group = at(key, atMs)
        if (group === undefined) return old === null ? [] : [line(3, old)]
        return old === null ? [line(0, resultOf(key, group))] : [line(1, old), line(2, resultOf(key, group))]
      })
    }
  }

  test('are those of the model', () => {
    fc.assert(
      fc.property(fc.integer(), sweeps, fc.boolean(), (seed, sweptPerRow, retracts) => {
        const random = new Random(seed)
        const measures = [measure('count'), measure('sum'), measure('max')]
        const resultTypes = measures.map(({ aggregate }) => aggregate.result)
        const run: ClockedRun = {
          inputs: [schema],
          output: [
            { name: 'key', type: stringType },
            ...measures.map(({ aggregate }, index) => ({ name: `m${index}`, type: aggregate.result })),
          ],
          sweptPerRow,
          create: (output, retentionOf) =>
            new GroupAggregate(
              { keys: [stringType], measures, resultTypes, emitsUpdateBefore: true, retention: retentionOf(ttlMs), repeats: true },
              output,
            ),
        }
        expectModel(run, randomSteps(random, 1, retracts, keyRow(random)), groupModel())
      }),
      { numRuns: 400 },
    )
  })
})

describe('idle different rows', () => {
  function distinctModel(): Model {
    const kept = new Map<string, { count: number; atMs: number }>()
    return ({ atMs, changes }) =>
      changes.flatMap(({ kind, row }) => {
        const text = printValues(row)
        const known = kept.get(text)
        const entry = known !== undefined && known.atMs + ttlMs > atMs ? known : { count: 0, atMs }
        const goes = kind === 1 || kind === 3
        if (goes && entry.count === 0) return []
        entry.count += goes ? -1 : 1
        entry.atMs = atMs
        if (entry.count === 0) kept.delete(text)
        else kept.set(text, entry)
        if (goes) return entry.count === 0 ? [line(3, row)] : []
        return entry.count === 1 ? [line(0, row)] : []
      })
  }

  test('are those of the model', () => {
    fc.assert(
      fc.property(fc.integer(), sweeps, fc.boolean(), (seed, sweptPerRow, retracts) => {
        const random = new Random(seed)
        const run: ClockedRun = {
          inputs: [schema],
          output: schema,
          sweptPerRow,
          create: (output, retentionOf) => new Distinct({ types, retention: retentionOf(ttlMs) }, output),
        }
        expectModel(run, randomSteps(random, 1, retracts, keyRow(random)), distinctModel())
      }),
      { numRuns: 400 },
    )
  })
})

describe('idle deduplicated rows', () => {
  const timed: Schema = [...schema, { name: 'at', type: timestampType, role: 'event-time' }]

  function lastRowModel(keep: 'first' | 'last', time: boolean): Model {
    const kept = new Map<unknown, { row: Row; atMs: number }>()
    return ({ atMs, changes }) => {
      const keys = [...new Set(changes.map(({ row: [key] }) => key))]
      const at = (key: unknown): Row | null => {
        const entry = kept.get(key)
        return entry !== undefined && entry.atMs + ttlMs > atMs ? entry.row : null
      }
      const before = keys.map(at)
      const touched = new Set<unknown>()
      for (const { row } of changes) {
        const old = at(row[0])
        const takes = old === null || (time ? replaces(keep, Number(old[2]), Number(row[2])) : keep === 'last')
        if (!takes) continue
        kept.set(row[0], { row, atMs })
        touched.add(row[0])
      }
      // Keys in the order in which their first row took the place.
      return [...touched].flatMap((key) => {
        const old = before[keys.indexOf(key)] ?? null
        const now = at(key) ?? []
        return old === null ? [line(0, now)] : [line(1, old), line(2, now)]
      })
    }
  }

  function replaces(keep: 'first' | 'last', oldMs: number, nowMs: number): boolean {
    return keep === 'last' ? nowMs >= oldMs : nowMs < oldMs
  }

  test('are those of the model', () => {
    fc.assert(
      fc.property(fc.integer(), sweeps, fc.constantFrom('first', 'last'), fc.boolean(), (seed, sweptPerRow, keep, time) => {
        const random = new Random(seed)
        const run: ClockedRun = {
          inputs: [timed],
          output: timed,
          sweptPerRow,
          create: (output, retentionOf) =>
            createDeduplicate(
              {
                types: timed.map((column) => column.type),
                key: [0],
                keep,
                time: time ? 2 : null,
                emitsUpdateBefore: true,
                retention: retentionOf(ttlMs),
              },
              output,
            ),
        }
        const row = keyRow(random)
        expectModel(
          run,
          randomSteps(random, 1, false, () => [...row(), random.below(5)]),
          lastRowModel(keep, time),
        )
      }),
      { numRuns: 400 },
    )
  })
})

describe('idle rows of a Top-N', () => {
  interface Kept {
    readonly row: Row
    readonly id: number
    atMs: number
  }

  const to = 3

  /** `together`: all rows of a partition go at once. */
  function topModel(retracts: boolean, together: boolean): Model {
    const partitions = new Map<unknown, Kept[]>()
    let ids = 0
    const order = (rows: readonly Kept[]): Kept[] => {
      if (together) return [...rows]
      const sorted = sortRows(
        rows.map(({ row, id }) => [...row, id]),
        [{ column: 1, descending: false, nullsFirst: true }],
      )
      return sorted.flatMap((row) => rows.filter(({ id }) => id === row[2]))
    }
    const window = (key: unknown): Kept[] => order(partitions.get(key) ?? []).slice(0, to)
    const write = (key: unknown, atMs: number): void => {
      if (together) for (const kept of partitions.get(key) ?? []) kept.atMs = atMs
    }
    return ({ atMs, changes }) => {
      const keys = [...new Set(changes.map(({ row: [key] }) => key))]
      for (const key of keys)
        partitions.set(
          key,
          (partitions.get(key) ?? []).filter((kept) => kept.atMs + ttlMs > atMs),
        )
      const before = keys.map(window)
      for (const { kind, row } of changes) {
        const rows = partitions.get(row[0]) ?? []
        const text = printValues(row)
        const gone = rows.find((kept) => printValues(kept.row) === text)
        const goes = kind === 1 || kind === 3
        if (!goes) rows.push({ row, id: ids, atMs })
        else if (gone !== undefined) rows.splice(rows.indexOf(gone), 1)
        else continue
        const kept = retracts ? rows : order(rows).slice(0, to)
        partitions.set(row[0], kept)
        if (goes || kept.some(({ id }) => id === ids)) write(row[0], atMs)
        ids += 1
      }
      return keys.flatMap((key, index) => {
        const old = before[index] ?? []
        const now = window(key)
        return [
          ...old.filter((kept) => !now.includes(kept)).map(({ row }) => line(3, row)),
          ...now.filter((kept) => !old.includes(kept)).map(({ row }) => line(0, row)),
        ]
      })
    }
  }

  test('are those of the model', () => {
    fc.assert(
      fc.property(fc.integer(), sweeps, fc.boolean(), fc.boolean(), (seed, sweptPerRow, retracts, together) => {
        const random = new Random(seed)
        const run: ClockedRun = {
          inputs: [schema],
          output: schema,
          sweptPerRow,
          create: (output, retentionOf) =>
            new Top(
              {
                types,
                partitionBy: [0],
                orderBy: together ? [] : [{ column: 1, descending: false, nullsFirst: true }],
                from: 1,
                to,
                placed: false,
                retracts,
                emitsUpdateBefore: true,
                retention: retentionOf(ttlMs),
              },
              output,
            ),
        }
        expectModel(run, randomSteps(random, 1, retracts, keyRow(random)), topModel(retracts, together), true)
      }),
      { numRuns: 600 },
    )
  })
})

describe('idle rows of a join', () => {
  interface Kept {
    readonly row: Row
    matches: number
    atMs: number
  }

  const right: Schema = schema.map((column) => ({ ...column, name: `right_${column.name}` }))
  const joinTypes: readonly JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti']

  /** Row by row, as Flink's operators do it. `keepsMs` says how long each side keeps rows. */
  function joinModel(type: JoinType, keepsMs: readonly [number, number]): Model {
    const sides: readonly [Kept[], Kept[]] = [[], []]
    const counts = [['left', 'full', 'semi', 'anti'].includes(type), ['right', 'full'].includes(type)]
    const pairing = type !== 'semi' && type !== 'anti'
    const isHeld = (input: number, kept: Kept, nowMs: number): boolean => kept.atMs + (keepsMs[input] ?? 0) > nowMs
    const pair = (input: number, own: Row | null, other: Row | null): Row => {
      const none = [null, null]
      const [l, r] = input === 0 ? [own, other] : [other, own]
      return pairing ? [...(l ?? none), ...(r ?? none)] : (l ?? [])
    }
    /** What a partner gives when a row of the other input comes or goes. */
    const withPartner = (input: number, kind: number, row: Row, partner: Kept, nowMs: number): string[] => {
      const goes = kind === 1 || kind === 3
      const lines = pairing ? [line(type === 'inner' ? kind : goes ? 3 : 0, pair(input, row, partner.row))] : []
      if (counts[1 - input] !== true) return lines
      const alone = partner.matches === (goes ? 1 : 0)
      partner.matches += goes ? -1 : 1
      partner.atMs = nowMs
      if (!alone) return lines
      const shown = pairing ? goes : goes === (type === 'anti')
      return [...lines, line(shown ? 0 : 3, pair(input, null, partner.row))]
    }
    const take = (input: 0 | 1, kind: number, row: Row, nowMs: number): string[] => {
      const goes = kind === 1 || kind === 3
      const own = sides[input]
      const text = printValues(row)
      const gone = own.find((kept) => isHeld(input, kept, nowMs) && printValues(kept.row) === text)
      if (goes && gone !== undefined) own.splice(own.indexOf(gone), 1)
      const partners =
        row[0] === null ? [] : (sides[1 - input] ?? []).filter((kept) => isHeld(1 - input, kept, nowMs) && kept.row[0] === row[0])
      if (!goes && row[0] !== null) own.push({ row, matches: partners.length, atMs: nowMs })
      const lines = partners.flatMap((partner) => withPartner(input, kind, row, partner, nowMs))
      if (!pairing) return input === 1 ? lines : (type === 'semi') === partners.length > 0 ? [line(kind, row)] : []
      return partners.length === 0 && counts[input] === true ? [line(goes ? 3 : 0, pair(input, row, null))] : lines
    }
    return ({ atMs, input, changes }) => changes.flatMap(({ kind, row }) => take(input === 0 ? 0 : 1, kind, row, atMs))
  }

  test('are those of the model', () => {
    const ttls = fc.constantFrom<[number, number]>([100, 100], [100, 0], [0, 100], [60, 250])
    fc.assert(
      fc.property(fc.integer(), sweeps, fc.constantFrom(...joinTypes), fc.boolean(), ttls, (seed, sweptPerRow, type, retracts, ttl) => {
        const random = new Random(seed)
        const run: ClockedRun = {
          inputs: [schema, right],
          output: type === 'semi' || type === 'anti' ? schema : [...schema, ...right],
          sweptPerRow,
          create: (output, retentionOf) => {
            const side = (ms: number) => ({ types, retracts, ...(ms === 0 ? {} : { retention: retentionOf(ms) }) })
            const keys = { types: [stringType], columns: [[0], [0]], nullsEqual: [false] } as const
            return new Join({ type, keys, left: side(ttl[0]), right: side(ttl[1]), condition: null }, output)
          },
        }
        // A side that is kept for good passes over what is taken away and was never there.
        const steps = randomSteps(random, 2, retracts && ttl[0] > 0 && ttl[1] > 0, keyRow(random))
        const keepsMs: [number, number] = [ttl[0] || Number.POSITIVE_INFINITY, ttl[1] || Number.POSITIVE_INFINITY]
        expectModel(run, steps, joinModel(type, keepsMs), true)
      }),
      { numRuns: 1000 },
    )
  })
})
