/** Notebooks as files that people read: Markdown with fenced SQL, or SQL with comments; and back. */
import { statementsOf } from '../sql/runnable.ts'
import { type Cell, cellsMax, type NotebookSpec, newCell } from './notebook-spec.ts'

const between = '<!-- cell -->'
const cellLine = /^-- %% (sql|markdown)\s*$/

export function writeMarkdown({ title, variables, cells }: NotebookSpec): string {
  const head = [
    '---',
    `title: ${JSON.stringify(title)}`,
    ...Object.entries(variables).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    '---',
  ]
  const parts: string[] = [head.join('\n')]
  for (const [at, cell] of cells.entries()) {
    if (cell.kind === 'markdown' && cells[at - 1]?.kind === 'markdown') parts.push(between)
    parts.push(cell.kind === 'markdown' ? cell.text.trim() : fenced(cell.text))
  }
  return `${parts.join('\n\n')}\n`
}

/** In as many marks as the text does not have in a row. */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([marks]) => marks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sql\n${text.replace(/\n+$/, '')}\n${fence}`
}

export function writeSql({ cells }: NotebookSpec): string {
  const parts = cells.map((cell) =>
    cell.kind === 'sql'
      ? `-- %% sql\n${ended(cell.text.trim())}`
      : `-- %% markdown\n${cell.text
          .trim()
          .split('\n')
          .map((line) => `-- ${line}`.trimEnd())
          .join('\n')}`,
  )
  return `${parts.join('\n\n')}\n`
}

function ended(text: string): string {
  return text === '' || text.endsWith(';') ? text : `${text};`
}

/** What a file holds; its name says whether it is SQL, and gives the title where the file has none. */
export function readNotebook(name: string, text: string): NotebookSpec {
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const title =
    name
      .replace(/\.[^.]*$/, '')
      .trim()
      .slice(0, 200) || 'Notebook'
  const read = /\.sql$/i.test(name) ? { title, variables: {}, cells: readSql(plain) } : readMarkdown(plain, title)
  return { folder: '', tags: [], ...read, cells: read.cells.slice(0, cellsMax) }
}

function readSql(text: string): Cell[] {
  const lines = text.split('\n')
  if (!lines.some((line) => cellLine.test(line))) return statementsOf(text).map((statement) => newCell('sql', statement.text))
  const cells: { kind: Cell['kind']; lines: string[] }[] = []
  for (const line of lines) {
    const kind = cellLine.exec(line)?.[1]
    if (kind === 'sql' || kind === 'markdown') cells.push({ kind, lines: [] })
    else if (cells.length === 0) cells.push({ kind: 'sql', lines: [line] })
    else cells.at(-1)?.lines.push(line)
  }
  return cells.flatMap((cell) => {
    const own = cell.kind === 'sql' ? cell.lines : cell.lines.map((line) => line.replace(/^-- ?/, ''))
    const body = own.join('\n').trim()
    return body === '' && cell.kind === 'sql' ? [] : [newCell(cell.kind, body)]
  })
}

function readMarkdown(text: string, title: string): Pick<NotebookSpec, 'title' | 'variables' | 'cells'> {
  const head = /^---\n([\s\S]*?)\n---\n/.exec(text)
  const given = head === null ? {} : readHead(head[1] ?? '')
  const { title: ownTitle, ...variables } = given
  const cells: Cell[] = []
  let waiting: string[] = []
  const flush = (): void => {
    const body = waiting.join('\n').trim()
    if (body !== '') cells.push(newCell('markdown', body))
    waiting = []
  }
  const lines = text.slice(head?.[0].length ?? 0).split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const fence = /^(`{3,})\s*sql\s*$/i.exec(line)?.[1]
    if (line.trim() === between) flush()
    else if (fence === undefined) waiting.push(line)
    else {
      flush()
      const found = lines.findIndex((each, index) => index > at && each.trimEnd() === fence)
      const end = found < 0 ? lines.length : found
      cells.push(newCell('sql', lines.slice(at + 1, end).join('\n')))
      at = end
    }
  }
  flush()
  return { title: ownTitle?.trim().slice(0, 200) || title, variables, cells }
}

/** Lines of a name and a text in JSON; others are not ours. */
function readHead(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([A-Za-z_][\w.-]{0,99}):\s*(.*)$/.exec(line) ?? []
    if (name === '') continue
    try {
      const read: unknown = JSON.parse(value)
      found[name] = typeof read === 'string' ? read : String(value)
    } catch {
      found[name] = value
    }
  }
  return found
}
