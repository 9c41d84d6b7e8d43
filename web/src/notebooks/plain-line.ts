/** The words of a text in Markdown, in one line: without the marks of headings, lists, emphasis, code and links. */
export function plainLine(text: string): string {
  return text
    .replaceAll(/^\s*(?:#{1,6}\s+|[-+*]\s+|>\s?|```\w*$)/gm, '')
    .replaceAll(/!?\[([^\]\n]*)\]\([^)\s]*\)/g, '$1')
    .replaceAll(/(`|\*\*|__)([^\n]+?)\1/g, '$2')
    .replaceAll(/(^|[\s(])([*_])([^\s*_][^\n*_]*)\2/g, '$1$3')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
