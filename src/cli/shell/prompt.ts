/** Draws what is being typed below what was printed, over as many lines as it takes, and gives it once it is whole. */

import { type OpenPart, scanStatements } from '#sql'
import type { Paint } from '../output/paint.ts'
import { cut, padded, segmentsOf, segmentWidth, textWidth } from '../output/text-width.ts'
import type { Key, Terminal } from '../terminal/terminal.ts'
import type { LineEditor, Outcome } from './line-editor.ts'
import type { TextEdit } from './text-edit.ts'

const firstPrompt = 'millrace> '
/** What a line that goes on stands in, at a glance. */
const continuationMarks: Readonly<Record<OpenPart, string>> = {
  nothing: '->',
  statement: '->',
  text: "'>",
  name: '`>',
  comment: '/*>',
  bracket: '(>',
  'statement-set': 'SET>',
}
const choiceLinesMax = 6

/** Lines of a terminal and the place of the cursor in them. */
interface Drawing {
  readonly lines: readonly string[]
  readonly cursorLine: number
  readonly cursorColumn: number
}

/** Reads until something is submitted, cancelled or ended. Keys typed ahead come first; those after the end stay in the list. */
export function readPrompt(editor: LineEditor, terminal: Terminal, paint: Paint, ahead: Key[] = []): Promise<Outcome> {
  return new Promise((resolve) => {
    let isOver = false
    let cursorLine = 0
    const home = (): string => `\r${cursorLine > 0 ? `\u001b[${cursorLine}A` : ''}`
    const draw = (): void => {
      if (editor.isPasting) return
      const drawing = layOut(editor, { columns: terminal.columns, rows: terminal.rows, paint })
      const up = drawing.lines.length - 1 - drawing.cursorLine
      const text = drawing.lines.join('\r\n')
      terminal.write(
        `${home()}\u001b[J${text}\r${up > 0 ? `\u001b[${up}A` : ''}${drawing.cursorColumn > 0 ? `\u001b[${drawing.cursorColumn}C` : ''}`,
      )
      cursorLine = drawing.cursorLine
    }
    const end = (outcome: Outcome): void => {
      isOver = true
      stopKeys()
      stopResize()
      resolve(outcome)
    }
    const stopResize = terminal.onResize(draw)
    const press = (key: Key): void => {
      const last = editor.edit
      const outcome = editor.press(key)
      if (outcome === undefined) draw()
      else if (outcome.kind === 'suspend') {
        terminal.suspend()
        draw()
      } else if (outcome.kind === 'clear-screen') {
        terminal.write('\u001b[H\u001b[2J')
        cursorLine = 0
        draw()
      } else {
        // What was typed stays on the screen, without choices, and the cursor goes below it.
        const left = layOutText(last, { columns: terminal.columns, rows: terminal.rows, paint })
        terminal.write(`${home()}\u001b[J${left.lines.join('\r\n')}${outcome.kind === 'cancel' ? '^C' : ''}\r\n`)
        end(outcome)
      }
    }
    const stopKeys = terminal.readKeys(press)
    while (ahead.length > 0 && !isOver) press(ahead.shift() as Key)
    if (!isOver) draw()
  })
}

interface Room {
  readonly columns: number
  readonly rows: number
  readonly paint: Paint
}

/** The text with its prompts, wrapped at the width, with choices below; no more than fits around the cursor. */
function layOut(editor: LineEditor, room: Room): Drawing {
  const drawing = layOutText(editor.edit, room)
  const below = [
    ...(editor.search === undefined ? [] : [room.paint.hint(cut(`search: ${editor.search}`, room.columns - 1))]),
    ...choiceLines(editor.choices, room.columns).map(room.paint.quiet),
  ]
  return { ...drawing, lines: [...drawing.lines, ...below] }
}

function layOutText({ text, cursor }: TextEdit, { columns, rows, paint }: Room): Drawing {
  const lines: PromptLine[] = []
  let cursorLine = 0
  let cursorColumn = 0
  let offset = 0
  for (const line of text.split('\n')) {
    let drawn: PromptLine = { text: '', start: offset }
    let width = firstPrompt.length
    let at = offset
    for (const segment of segmentsOf(line)) {
      if (at === cursor) [cursorLine, cursorColumn] = [lines.length, width]
      const cells = segmentWidth(segment)
      if (width + cells >= columns) {
        lines.push(drawn)
        drawn = { text: '', start: null }
        width = 0
        if (at === cursor) [cursorLine, cursorColumn] = [lines.length, 0]
      }
      drawn.text += segment
      width += cells
      at += segment.length
    }
    if (at === cursor) [cursorLine, cursorColumn] = [lines.length, width]
    lines.push(drawn)
    offset += line.length + 1
  }
  const room = Math.max(2, rows - choiceLinesMax - 1)
  const first = Math.max(0, Math.min(cursorLine - Math.floor(room / 2), lines.length - room))
  const shown = lines
    .slice(first, first + room)
    .map((line) => (line.start === null ? '' : paint.title(promptAt(text, line.start))) + line.text)
  return { lines: shown, cursorLine: cursorLine - first, cursorColumn }
}

/** A line of the terminal. */
interface PromptLine {
  text: string
  /** Offset of the line of text that begins here, with a prompt; null where a longer one goes on. */
  readonly start: number | null
}

/** Prompts are all of one width. What is open is found for the lines that are seen only: a long paste has thousands. */
function promptAt(text: string, start: number): string {
  return start === 0 ? firstPrompt : continuationPrompt(text.slice(0, start))
}

function continuationPrompt(before: string): string {
  return `${continuationMarks[scanStatements(before).open].padStart(firstPrompt.length - 1)} `
}

function choiceLines(choices: readonly string[], columns: number): string[] {
  if (choices.length === 0) return []
  const width = Math.min(Math.max(...choices.map(textWidth)) + 2, Math.max(8, columns - 1))
  const perLine = Math.max(1, Math.floor((columns - 1) / width))
  const shown = choices.slice(0, perLine * choiceLinesMax - 1)
  const words = shown.length < choices.length ? [...shown, `and ${choices.length - shown.length} more`] : choices
  return Array.from({ length: Math.ceil(words.length / perLine) }, (_, line) =>
    words
      .slice(line * perLine, (line + 1) * perLine)
      .map((word) => padded(word, width - 1))
      .join(' ')
      .trimEnd(),
  )
}
