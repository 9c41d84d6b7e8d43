/** The texts of `--help`, made from the rows of the commands. */
import type { ArgumentRow, CommandRow, OptionRow } from './command.ts'

const exitStatuses = `Exit status:
  0 done · 1 the statement or its data is wrong · 2 the command line is wrong
  3 something outside failed · 70 a defect in Millrace · 130 stopped by Ctrl-C`

const lineWidth = 92

/** What the program is, its commands, and where to begin. */
export function programHelp(commands: readonly CommandRow[]): string {
  return `Millrace: streaming SQL over real data, in one process. Apache Flink's dialect, no JVM.

Usage: millrace <command> [options]

Commands:
${columns(commands.map(({ name, arguments: args, summary }) => [[name, ...args.map(argumentName)].join(' '), summary]))}

Begin here:
${columns([
  ['millrace demo', 'three million real flights through one statement set'],
  [`echo "SELECT 1 + 1 AS two" | millrace run -`, 'the shortest script'],
  ['millrace run examples/hot-items.sql', 'one of the examples'],
  ['millrace sql', 'a shell: type statements, see live results'],
])}

"millrace <command> --help" says more.

${exitStatuses}
`
}

export function commandHelp(command: CommandRow): string {
  const { name, summary, about, arguments: args, options, examples } = command
  const usage = ['millrace', name, ...(options.length > 0 ? ['[options]'] : []), ...args.map(argumentName)].join(' ')
  const sections = [`${capital(summary)}.`, `Usage: ${usage}`]
  if (about.length > 0) sections.push(about.map((paragraph) => wrap(paragraph, 0)).join('\n\n'))
  if (args.length > 0) sections.push(`Arguments:\n${columns(args.map((row) => [argumentName(row), row.summary]))}`)
  sections.push(`Options:\n${columns([...options.map(optionLine), ['-h, --help', 'show this help']])}`)
  if (examples.length > 0) sections.push(`Examples:\n${examples.map(({ line, shows }) => `  ${line}\n      ${shows}`).join('\n')}`)
  return `${[...sections, exitStatuses].join('\n\n')}\n`
}

function argumentName({ name, repeatable = false, optional = false }: ArgumentRow): string {
  const shown = `<${name}>${repeatable ? '…' : ''}`
  return optional ? `[${shown}]` : shown
}

function optionLine(row: OptionRow): [string, string] {
  const value = row.oneOf?.join('|') ?? (row.value === undefined ? '' : `<${row.value}>`)
  const left = `${row.short === undefined ? '    ' : `-${row.short}, `}--${row.name} ${value}`.trimEnd()
  const notes = [...(row.default === undefined ? [] : [`default ${row.default}`]), ...(row.repeatable === true ? ['may be repeated'] : [])]
  return [left, notes.length === 0 ? row.summary : `${row.summary} (${notes.join(', ')})`]
}

/** Two columns; a left side that is too wide gets a line of its own. */
function columns(rows: readonly (readonly [string, string] | readonly string[])[]): string {
  const lefts = rows.map(([left = '']) => left.length).filter((length) => length <= 44)
  const width = Math.max(0, ...lefts) + 2
  return rows
    .map(([left = '', right = '']) => {
      const text = wrap(right, width + 2).trimStart()
      return left.length > 44 ? `  ${left}\n${' '.repeat(width + 2)}${text}` : `  ${left.padEnd(width)}${text}`
    })
    .join('\n')
}

function wrap(text: string, indent: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > lineWidth) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each).join('\n')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
