/** What a new version does to state, as the command line prints it: what is lost first, then the sum of it. */
import type { AnswerOf, Contract } from '#api'
import { counted, printable, printBytes, shortened } from '#base'

type Verdict = NonNullable<AnswerOf<Contract['POST /workspaces/:workspace/jobs/check']>['verdict']>
type StatePart = Verdict['operators'][number]

/** So much of a fragment is printed. */
const fragmentMax = 100
const order: Readonly<Record<StatePart['verdict'], number>> = { dropped: 0, kept: 1, new: 2 }

/** @param headLines lines of the file before the script, whose places are told */
export function verdictText({ operators, dropped }: Verdict, headLines = 0): string {
  const rows = [...operators]
    .sort((a, b) => order[a.verdict] - order[b.verdict])
    .map((part) => ({ part, size: sizeText(part), keys: holdsText(part) }))
  const width = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length))
  const [sizes, keys] = [width(rows.map(({ size }) => size)), width(rows.map((row) => row.keys))]
  const lines = rows.flatMap(({ part, size, keys: held }) => {
    // Columns that nothing stands in are left out.
    const columns = [size.padStart(sizes), held.padEnd(keys)].filter(({ length }) => length > 0)
    const written = part.fragment === null ? '' : fragmentText(part.fragment, part.verdict === 'dropped' ? null : headLines)
    return [
      `  ${part.verdict.padEnd(wordWidth)}${[...columns, written].join('  ')}`.trimEnd(),
      `${' '.repeat(wordWidth + 2)}${part.operator}: ${part.why}`,
    ]
  })
  if (dropped.operators > 0) lines.push(`  lost in all: ${lossText(dropped)}`)
  return lines.map((line) => `${printable(line)}\n`).join('')
}

const wordWidth = 9

function sizeText({ verdict, bytes }: StatePart): string {
  if (bytes !== null) return printBytes(bytes)
  return verdict === 'new' ? '' : 'size not known'
}

function holdsText({ holds }: StatePart): string {
  // Of things that are alike, such as the distinct values of several functions, each has a number.
  const named = holds.map(({ name, entries }) => ({ entries, name: name.replace(/-\d+$/, '') }))
  return named.map(({ name, entries }) => `${entries.toLocaleString('en-US')} ${entries === 1 ? name.replace(/s$/, '') : name}`).join(', ')
}

/** @param headLines null for a fragment of the version before */
function fragmentText({ text, line, column, isCut, view }: NonNullable<StatePart['fragment']>, headLines: number | null): string {
  const shown = shortened(text.replace(/\s+/g, ' '), fragmentMax)
  const cut = isCut && !shown.endsWith('…') ? '…' : ''
  if (view !== null) return `${shown}${cut}  (view ${view}, ${line}:${column})`
  return `${shown}${cut}  (${headLines === null ? 'before, ' : ''}${line + (headLines ?? 0)}:${column})`
}

function lossText({ operators, bytes, unmeasured }: Verdict['dropped']): string {
  const size = bytes === null ? 'size not known' : `${unmeasured > 0 ? 'at least ' : ''}${printBytes(bytes)}`
  return `${counted(operators, 'operator')}, ${size}`
}
