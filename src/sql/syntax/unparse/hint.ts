import { isPlainName } from '#plan'
import type { Hint } from '../tree.ts'
import { unparseIdentifier, unparseString } from './name.ts'

/** Writes a hint block, or nothing. */
export function unparseHints(hints: readonly Hint[]): string[] {
  if (hints.length === 0) return []
  return [`/*+ ${hints.map(unparseHint).join(', ')} */`]
}

function unparseHint({ name, arguments: args }: Hint): string {
  const texts = args.map(({ key, value, quoted }) => {
    const text = quoted ? unparseString(value) : unparseBareArgument(value)
    return key === undefined ? text : `${unparseString(key)} = ${text}`
  })
  return unparseIdentifier(name) + (texts.length === 0 ? '' : `(${texts.join(', ')})`)
}

/** A number, a name or names with dots; what is none of them was one name in backticks. */
function unparseBareArgument(value: string): string {
  const isPlain = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) || value.split('.').every((part) => isPlainName(part))
  return isPlain ? value : '`' + value.replaceAll('`', '``') + '`'
}
