/** TO_CHANGELOG and FROM_CHANGELOG. */
import { ChangesToRows, type Output, RowsToChanges } from '#dataflow'
import { type ChangeName, type FromChangelog, schemaOf, type ToChangelog } from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { Lowering } from './lowering.ts'
import { placesOf } from './places.ts'
import { InputPort } from './ports.ts'

/** By the numbers of changes in a batch. */
const changes: readonly ChangeName[] = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE']

export function lowerToChangelog({ input, codes }: ToChangelog, output: Output, lowering: Lowering): void {
  const texts = changes.map((change) => codes.find((each) => each.change === change)?.code ?? null)
  lowering.attach(input, new InputPort(new ChangesToRows(texts, output)))
}

export function lowerFromChangelog({ input, op, codes, origin }: FromChangelog, output: Output, lowering: Lowering): void {
  const kinds = new Map(codes.map(({ code, change }) => [code, changes.indexOf(change)]))
  const position = origin && { start: 0, end: 0, ...origin }
  const kindOf = (code: string | null): number => {
    if (code === null) throw embeddedErrors.ENGINE_CHANGE_CODE_NULL({ column: op }, { position })
    const kind = kinds.get(code)
    if (kind === undefined) throw embeddedErrors.ENGINE_CHANGE_CODE({ code, codes: [...kinds.keys()].join(', ') }, { position })
    return kind
  }
  const [place = 0] = placesOf(schemaOf(input), [op])
  lowering.attach(input, new InputPort(new RowsToChanges({ place, kindOf }, output)))
}
