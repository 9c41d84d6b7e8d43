/** What a notebook must be like before it is kept. The first trouble is told, with what would be right. */
import { isSecretKey } from '#base'
import { notebookErrors } from './errors.ts'
import type { Cell, Notebook } from './notebook.ts'

const lengthsMax = { title: 200, folder: 500, tag: 100, column: 1000, value: 100_000 }
const countsMax = { cells: 200, tags: 50, variables: 500 }
const cellBytesMax = 102_400
const notebookBytesMax = 1_048_576

const cellId = /^[A-Za-z0-9-]{1,40}$/
const variableName = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/
const reference = /^\$\{secret:[^}]+\}$/

/** Fails with what is wrong. */
export function checkNotebook(notebook: Notebook): void {
  const { title, folder, tags, variables, cells } = notebook
  checkName('title', title, lengthsMax.title)
  checkLength('folder', folder, 0, lengthsMax.folder)
  if (hasControls(folder) || (folder !== '' && folder.split('/').some((part) => part.trim() === '' || part !== part.trim())))
    throw notebookErrors.NOTEBOOK_FOLDER({ folder })
  checkCount('tags', tags.length, countsMax.tags)
  for (const tag of tags) checkName('tag', tag, lengthsMax.tag)
  if (new Set(tags).size < tags.length) throw notebookErrors.NOTEBOOK_TEXT({ field: 'tags', expected: 'each tag once', got: 'one twice' })
  checkVariables(variables)
  checkCells(cells)
  const bytes = bytesOf(JSON.stringify(notebook))
  if (bytes > notebookBytesMax) throw notebookErrors.NOTEBOOK_TOO_LARGE({ what: 'the notebook', bytes, limit: notebookBytesMax })
}

function checkCells(cells: readonly Cell[]): void {
  checkCount('cells', cells.length, countsMax.cells)
  const ids = new Set<string>()
  for (const [index, cell] of cells.entries()) {
    const number = index + 1
    if (!cellId.test(cell.id) || ids.has(cell.id)) throw notebookErrors.NOTEBOOK_CELL_ID({ number, id: cell.id.slice(0, 60) })
    ids.add(cell.id)
    const bytes = bytesOf(cell.text)
    if (bytes > cellBytesMax) throw notebookErrors.NOTEBOOK_TOO_LARGE({ what: `cell ${number}`, bytes, limit: cellBytesMax })
    if (cell.kind === 'sql' && cell.chart !== null) {
      const { x, y, series } = cell.chart
      for (const column of [x, y, series ?? '']) checkLength('column of a chart', column, 0, lengthsMax.column)
    }
  }
}

function checkVariables(variables: Notebook['variables']): void {
  checkCount('variables', Object.keys(variables).length, countsMax.variables)
  for (const [name, value] of Object.entries(variables)) {
    if (!variableName.test(name)) throw notebookErrors.NOTEBOOK_VARIABLE_NAME({ name: name.slice(0, lengthsMax.tag) })
    checkLength(`variable "${name}"`, value, 0, lengthsMax.value)
    // A notebook is read by many: a secret is named, never written.
    if (value !== '' && isSecretKey(name) && !reference.test(value)) throw notebookErrors.NOTEBOOK_SECRET_PLAIN({ name })
  }
}

function checkName(field: string, name: string, most: number): void {
  checkLength(field, name, 1, most)
  if (name !== name.trim() || hasControls(name)) throw notebookErrors.NOTEBOOK_NAME({ field, name })
}

function checkLength(field: string, text: string, least: number, most: number): void {
  if (text.length >= least && text.length <= most) return
  const expected = text.length < least ? 'a text' : `at most ${most} characters`
  throw notebookErrors.NOTEBOOK_TEXT({ field, expected, got: text.length < least ? 'an empty one' : `${text.length}` })
}

function checkCount(field: string, count: number, most: number): void {
  if (count > most) throw notebookErrors.NOTEBOOK_TEXT({ field, expected: `at most ${most}`, got: `${count}` })
}

function hasControls(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}
