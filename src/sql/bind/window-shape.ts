/** The lengths of windows, as written. */
import { printDuration, type TextPosition } from '#base'
import type { WindowShape } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { Place } from './place.ts'

export type WindowName = 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION'

/** The parameters of each window after the table and the time column, in order. */
export const windowParameters: Record<WindowName, readonly string[]> = {
  TUMBLE: ['SIZE', 'OFFSET'],
  HOP: ['SLIDE', 'SIZE', 'OFFSET'],
  CUMULATE: ['STEP', 'SIZE', 'OFFSET'],
  SESSION: ['GAP'],
}

export interface Length {
  readonly ms: number
  readonly position: TextPosition
}

/** The length that an expression gives: a constant interval of days to seconds. */
export function lengthOf(node: tree.Expression, parameter: string, place: Place): Length {
  const { position } = node
  const value = place.bind(node)
  if (value.kind === 'literal' && value.type.kind === 'interval-day-time' && typeof value.value === 'number') {
    if (value.value > 0 || parameter === 'OFFSET') return { ms: value.value, position }
    throw sqlErrors.SQL_WINDOW_LENGTH({ parameter, expected: 'more than no time' }, { position })
  }
  const expected =
    value.type.kind === 'interval-year-month' ? 'days to seconds, for months differ in length' : "an interval such as INTERVAL '10' MINUTE"
  throw sqlErrors.SQL_WINDOW_LENGTH({ parameter, expected }, { position })
}

export function shapeOf(name: WindowName, lengths: ReadonlyMap<string, Length>, partitionBy: readonly string[]): WindowShape {
  const ms = (parameter: string) => lengths.get(parameter)?.ms ?? 0
  switch (name) {
    case 'TUMBLE':
      checkOffset(lengths.get('OFFSET'), ms('SIZE'))
      return { kind: 'tumble', sizeMs: ms('SIZE'), offsetMs: ms('OFFSET') }
    case 'HOP':
      return { kind: 'hop', slideMs: ms('SLIDE'), sizeMs: ms('SIZE'), offsetMs: ms('OFFSET') }
    case 'CUMULATE':
      checkMultiple(lengths.get('SIZE'), lengths.get('STEP'))
      return { kind: 'cumulate', stepMs: ms('STEP'), sizeMs: ms('SIZE'), offsetMs: ms('OFFSET') }
    case 'SESSION':
      return { kind: 'session', gapMs: ms('GAP'), partitionBy }
  }
}

function checkOffset(offset: Length | undefined, sizeMs: number): void {
  if (offset === undefined || Math.abs(offset.ms) < sizeMs) return
  throw sqlErrors.SQL_WINDOW_LENGTH(
    { parameter: 'OFFSET', expected: `less than the size of ${printDuration(sizeMs)}` },
    { position: offset.position },
  )
}

function checkMultiple(size: Length | undefined, step: Length | undefined): void {
  if (size === undefined || step === undefined || size.ms % step.ms === 0) return
  throw sqlErrors.SQL_WINDOW_STEP({ size: printDuration(size.ms), step: printDuration(step.ms) }, { position: size.position })
}
