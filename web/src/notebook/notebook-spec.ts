/** A notebook as it is edited: each change gives a new one, and what did not change stays the same object. */
import type { Answer } from '../api/call.ts'

export type WholeNotebook = Answer<'GET /workspaces/:workspace/notebooks/:notebook'>
export type NotebookSpec = WholeNotebook['spec']
export type Cell = NotebookSpec['cells'][number]
export type SqlCell = Extract<Cell, { kind: 'sql' }>
export type CellOutput = WholeNotebook['outputs'][number]['output']
export type KeptOutput = WholeNotebook['outputs'][number]

/** As the server has it. */
export const cellsMax = 200
const textBytesMax = 102_400

export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function newCell(kind: Cell['kind'], text = ''): Cell {
  return kind === 'sql' ? { id: newId(), kind, text, view: 'table', chart: null } : { id: newId(), kind, text }
}

function withCells(spec: NotebookSpec, cells: readonly Cell[]): NotebookSpec {
  return { ...spec, cells: [...cells] }
}

/** With a cell before the one at a place. */
export function withCellAt(spec: NotebookSpec, at: number, cell: Cell): NotebookSpec {
  return withCells(spec, spec.cells.toSpliced(at, 0, cell))
}

export function withoutCell(spec: NotebookSpec, id: string): NotebookSpec {
  return withCells(
    spec,
    spec.cells.filter((cell) => cell.id !== id),
  )
}

export function withMovedCell(spec: NotebookSpec, id: string, by: 1 | -1): NotebookSpec {
  const at = spec.cells.findIndex((cell) => cell.id === id)
  const cell = spec.cells[at]
  const to = at + by
  if (cell === undefined || to < 0 || to >= spec.cells.length) return spec
  return withCells(spec, spec.cells.toSpliced(at, 1).toSpliced(to, 0, cell))
}

export function withChangedCell(spec: NotebookSpec, id: string, changes: Partial<Omit<SqlCell, 'id' | 'kind'>>): NotebookSpec {
  return withCells(
    spec,
    spec.cells.map((cell) => {
      if (cell.id !== id) return cell
      return cell.kind === 'sql' ? { ...cell, ...changes } : { ...cell, text: changes.text ?? cell.text }
    }),
  )
}

/** The same text as a cell of the other kind. */
export function withTurnedCell(spec: NotebookSpec, id: string): NotebookSpec {
  return withCells(
    spec,
    spec.cells.map((cell) => {
      if (cell.id !== id) return cell
      return { ...newCell(cell.kind === 'sql' ? 'markdown' : 'sql', cell.text), id }
    }),
  )
}

export function isSameSpec(a: NotebookSpec, b: NotebookSpec): boolean {
  return a === b || JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
}

function ordered({ title, folder, tags, variables, cells }: NotebookSpec): unknown {
  return [title, folder, tags, Object.entries(variables).toSorted(([a], [b]) => (a < b ? -1 : 1)), cells.map(cellKey)]
}

/** Equal for cells that are the same in every part. */
export function cellKey(cell: Cell): string {
  if (cell.kind === 'markdown') return JSON.stringify([cell.id, cell.kind, cell.text])
  const { id, kind, text, view, chart } = cell
  return JSON.stringify([id, kind, text, view, chart === null ? null : [chart.x, chart.y, chart.series, chart.form]])
}

/** Whether a text is longer than a cell may have. */
export function isTooLong(text: string): boolean {
  return text.length * 3 > textBytesMax && new TextEncoder().encode(text).length > textBytesMax
}

const variable = /\$\{([A-Za-z_][\w.-]*)\}/g

/** The values that a text asks for, as far as there are some. */
export function usedVariables(text: string, variables: Readonly<Record<string, string>>): Record<string, string> {
  const names = new Set(Array.from(text.matchAll(variable), ([, name = '']) => name))
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)))
}

export function hasVariables(text: string): boolean {
  return text.includes('${')
}

/** The same length, and a number or a part of a text or name wherever a variable may stand: for reading a text without values. */
export function withoutVariables(text: string): string {
  return text.replace(variable, (found) => '0'.repeat(found.length))
}
