/** Options as a table of a page. */
import type { Option } from '#formats'

export function renderOptions(options: readonly Option[]): string {
  const rows = options.map((option) => {
    const { key, type, description, isSecret } = option
    const value = typeof type === 'object' ? type.oneOf.map((word) => `\`${word}\``).join(', ') : type
    const meaning = isSecret === true ? `${description} Never shown.` : description
    return `| \`${key}\` | ${inCell(value)} | ${fallbackOf(option)} | ${inCell(meaning)} |`
  })
  return ['| option | value | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function fallbackOf({ default: value, required }: Option): string {
  if (required) return 'required'
  if (value === null) return '–'
  return value === '' ? 'empty' : `\`${inCell(value)}\``
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
