import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, integerType, type Schema, stringType, timestampType, type Vector, valueAt, withNullable } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { cutWithWatermarks, mixPieces, watermarksOf } from '../check/timed-rows.fixture.ts'
import type { JoinType } from './join-probe.ts'
import { WindowJoin, type WindowJoinShape } from './window-join.ts'

const side = (prefix: string): Schema => [
  { name: `${prefix}_start`, type: timestampType, role: 'window-start' },
  { name: `${prefix}_end`, type: timestampType, role: 'window-end' },
  { name: `${prefix}_key`, type: stringType },
  { name: `${prefix}_number`, type: integerType },
]
const left = side('left')
const right = side('right')
const types: readonly JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti']
const sizeMs = 10

function sumIsEven(pairs: Batch): Uint8Array {
  return Uint8Array.from({ length: pairs.length }, (_, i) => {
    const a = valueAt(pairs.columns[3] as Vector, i, integerType)
    const b = valueAt(pairs.columns[7] as Vector, i, integerType)
    return typeof a === 'number' && typeof b === 'number' && (a + b) % 2 === 0 ? 1 : 0
  })
}

interface Case {
  readonly type: JoinType
  readonly conditional: boolean
  readonly nullsEqual: boolean
}

function shapeOf({ type, conditional, nullsEqual }: Case): WindowJoinShape {
  const columns = [0, 1, 2]
  return {
    type,
    keys: { types: [timestampType, timestampType, stringType], columns: [columns, columns], nullsEqual: [false, false, nullsEqual] },
    types: [left.map((column) => column.type), right.map((column) => column.type)],
    windowEnds: [1, 1],
    clock: null,
    condition: conditional ? sumIsEven : null,
  }
}

function outputOf(type: JoinType): Schema {
  return type === 'semi' || type === 'anti'
    ? left
    : [...left, ...right].map((column) => ({ ...column, type: withNullable(column.type, true) }))
}

type Rows = readonly (readonly unknown[])[]

function joinNaively({ type, conditional, nullsEqual }: Case, lefts: Rows, rights: Rows): string[] {
  const matches = (l: readonly unknown[], r: readonly unknown[]) => {
    if (l[1] !== r[1] || l[2] !== r[2] || (l[2] === null && !nullsEqual)) return false
    return !conditional || (l[3] !== null && r[3] !== null && (Number(l[3]) + Number(r[3])) % 2 === 0)
  }
  const pads = [null, null, null, null]
  const result: (readonly unknown[])[] = []
  for (const l of lefts) {
    const partners = rights.filter((r) => matches(l, r))
    if (type === 'semi' || type === 'anti') {
      if (partners.length > 0 === (type === 'semi')) result.push(l)
      continue
    }
    for (const r of partners) result.push([...l, ...r])
    if (partners.length === 0 && (type === 'left' || type === 'full')) result.push([...l, ...pads])
  }
  if (type === 'right' || type === 'full') {
    for (const r of rights) if (!lefts.some((l) => matches(l, r))) result.push([...pads, ...r])
  }
  return tableOf(result.map((row) => ({ kind: 0, row })))
}

function randomRows(random: Random): Rows {
  return Array.from({ length: random.below(60) }, (_, i) => {
    const end = (Math.floor((i + random.below(20)) / sizeMs) + 1) * sizeMs
    return [end - sizeMs, end, random.pick(['a', 'b', null]), random.pick([0, 1, 2, null])]
  })
}

const anyCase = fc.record({ type: fc.constantFrom(...types), conditional: fc.boolean(), nullsEqual: fc.boolean() })

describe('window join', () => {
  test('gives what a nested loop gives, for all types, cuts and interleavings', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (join, seed) => {
        const random = new Random(seed)
        const [lefts, rights] = [randomRows(random), randomRows(random)]
        const steps = mixPieces(random, [
          cutWithWatermarks(random, lefts, watermarksOf(lefts, 0, 25), 0),
          cutWithWatermarks(random, rights, watermarksOf(rights, 0, 25), 1),
        ])
        const contract = { inputs: [left, right], output: outputOf(join.type), appends: true }
        let operator: WindowJoin | undefined
        const changelog = runOperator(
          contract,
          (output) => {
            operator = new WindowJoin(shapeOf(join), output)
            return operator
          },
          steps,
        )
        expect(operator?.lateRows).toBe(0)
        expect(changelog.table()).toEqual(joinNaively(join, lefts, rights))
      }),
      { numRuns: 500 },
    )
  })

  test('drops the same late rows, wherever batches are cut', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (join, seed) => {
        const random = new Random(seed)
        const [lefts, rights] = [randomRows(random), randomRows(random)]
        const watermarks = watermarksOf(rights, 0, 0)
        // The left input is at its end, so that the right one alone decides the watermark.
        const steps: Step[] = [
          { input: 0, rows: lefts },
          { input: 0, end: true },
          ...cutWithWatermarks(random, rights, watermarks, 1).flat(),
        ]
        const onTime = rights.filter((row, i) => Number(row[1]) - 1 > (watermarks[i] ?? 0))
        const contract = { inputs: [left, right], output: outputOf(join.type), appends: true }
        const changelog = runOperator(contract, (output) => new WindowJoin(shapeOf(join), output), steps)
        expect(changelog.table()).toEqual(joinNaively(join, lefts, onTime))
      }),
      { numRuns: 300 },
    )
  })

  test('emits a window when both inputs have passed its end, and keeps nothing of it', () => {
    let operator: WindowJoin | undefined
    const rows = (end: number, round: number) => Array.from({ length: 300 }, (_, i) => [end - sizeMs, end, `${round} ${i}`, i])
    const steps: Step[] = Array.from({ length: 50 }, (_, round) => {
      const end = (round + 1) * sizeMs
      return [
        { input: 0, rows: rows(end, round) },
        { input: 0, watermarkMs: end },
        { input: 1, rows: rows(end, round) },
        { input: 1, watermarkMs: end - 1 },
      ] satisfies Step[]
    }).flat()
    const join: Case = { type: 'full', conditional: false, nullsEqual: false }
    const changelog = runOperator(
      { inputs: [left, right], output: outputOf('full'), appends: true },
      (output) => {
        operator = new WindowJoin(shapeOf(join), output)
        return operator
      },
      steps,
    )
    expect(changelog.lines[300]).toBe('watermark 9')
    expect(changelog.changes.length).toBe(50 * 300)
    expect(operator?.stateBytes).toBeLessThan(400_000)
  })
})
