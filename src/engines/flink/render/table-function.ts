/** Functions that take a table by its name: windows, and those between changes and rows. */
import type { ChangeCode, ChangeName, FromChangelog, ToChangelog, Window, WindowShape } from '#plan'
import { renderErrors } from './errors.ts'
import { quotedText, renderInterval } from './literal.ts'
import { nameText } from './name.ts'

/** A table, or a name in WITH. */
export interface NamedRows {
  readonly name: string
  /** The name as it is written. */
  readonly text: string
  /** What the columns of the relation are called there. */
  readonly columns: ReadonlyMap<string, string>
  /** All columns there are. */
  readonly all: readonly string[]
}

/** The columns that a window adds. */
export const windowAdded: readonly string[] = ['window_start', 'window_end', 'window_time']

/** `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE))` */
export function renderWindowFunction({ time, shape }: Window, { text, columns }: NamedRows): string {
  const column = (name: string): string => nameText(columns.get(name) ?? name)
  const keys = shape.kind === 'session' ? shape.partitionBy.map(column) : []
  const partition = keys.length === 0 ? '' : ` PARTITION BY ${keys.length === 1 ? keys.join() : `(${keys.join(', ')})`}`
  const lengths = lengthsOf(shape).map(renderInterval)
  return `TABLE(${shape.kind.toUpperCase()}(TABLE ${text}${partition}, DESCRIPTOR(${column(time)}), ${lengths.join(', ')}))`
}

function lengthsOf(shape: WindowShape): number[] {
  const offset = 'offsetMs' in shape && shape.offsetMs !== 0 ? [shape.offsetMs] : []
  switch (shape.kind) {
    case 'tumble':
      return [shape.sizeMs, ...offset]
    case 'hop':
      return [shape.slideMs, shape.sizeMs, ...offset]
    case 'cumulate':
      return [shape.stepMs, shape.sizeMs, ...offset]
    case 'session':
      return [shape.gapMs]
  }
}

/** `TABLE(TO_CHANGELOG(input => TABLE t, op => DESCRIPTOR(op), op_mapping => MAP[…]))` */
export function renderChangelogFunction({ kind, op, codes }: ToChangelog | FromChangelog, { text }: NamedRows): string {
  const name = kind === 'to-changelog' ? 'TO_CHANGELOG' : 'FROM_CHANGELOG'
  const pairs = kind === 'to-changelog' ? codes.map(({ code, change }) => [change, code] as const) : codesByChange(codes)
  const mapping = pairs.map(([key, value]) => `${quotedText(key)}, ${quotedText(value)}`).join(', ')
  return `TABLE(${name}(input => TABLE ${text}, op => DESCRIPTOR(${nameText(op)}), op_mapping => MAP[${mapping}]))`
}

/** All codes of a kind of change stand in one text, with commas between them. */
function codesByChange(codes: readonly ChangeCode[]): (readonly [codes: string, change: ChangeName])[] {
  const byChange = new Map<ChangeName, string[]>()
  for (const { code, change } of codes) {
    if (code !== code.trim() || code === '' || code.includes(',')) {
      throw renderErrors.ENGINE_FLINK_RENDER_RELATION({
        relation: 'from-changelog',
        reason: 'a code is empty, or has a comma or blanks around it',
      })
    }
    byChange.set(change, [...(byChange.get(change) ?? []), code])
  }
  return Array.from(byChange, ([change, texts]) => [texts.join(', '), change] as const)
}
