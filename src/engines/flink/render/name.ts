/** Names as Flink SQL has them. */
import { quotedName, writtenName } from '#plan'
import { renderErrors } from './errors.ts'

/** A name, in backticks where it needs them, as one that begins with a dollar sign does. Flink has no names with line breaks in them. */
export function nameText(name: string): string {
  if (name === '' || /[\n\r]/.test(name) || !name.isWellFormed()) {
    const reason = name === '' ? 'it is empty' : 'it has a line break or half a character'
    throw renderErrors.ENGINE_FLINK_RENDER_NAME({ name, reason })
  }
  return name.startsWith('$') ? quotedName(name) : writtenName(name)
}

/** A column by its name alone. PI would be the number. */
export function columnText(name: string): string {
  return name.toUpperCase() === 'PI' ? quotedName(name) : nameText(name)
}
