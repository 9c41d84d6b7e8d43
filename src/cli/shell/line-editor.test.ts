import { expect, test } from 'vitest'
import type { Key } from '../terminal/terminal.ts'
import type { Choice } from './completing.ts'
import { LineEditor, type Outcome } from './line-editor.ts'

const words: Choice[] = [
  { text: 'SELECT', kind: 'keyword', detail: '' },
  { text: 'SET', kind: 'keyword', detail: '' },
  { text: 'orders', kind: 'table', detail: '' },
  { text: 'order_lines', kind: 'table', detail: '' },
  { text: '`two words`', kind: 'table', detail: '' },
]

function editorOf(entries: string[] = []): LineEditor {
  return new LineEditor({ history: { entries }, completions: () => words, isComplete: (text) => text.trimEnd().endsWith(';') })
}

/** Types a text; `<name>`, `<C-name>` and `<M-name>` are keys. The cursor is a bar in what is returned. */
function type(editor: LineEditor, keys: string): { shown: string; outcome: Outcome | undefined } {
  let outcome: Outcome | undefined
  for (const match of keys.matchAll(/<(?<flag>[CM]-)?(?<name>[a-z-]+)>|[\s\S]/gu)) outcome = editor.press(keyOf(match))
  const { text, cursor } = editor.edit
  return { shown: `${text.slice(0, cursor)}|${text.slice(cursor)}`, outcome }
}

function keyOf(match: RegExpExecArray): Key {
  const name = match.groups?.['name']
  const flag = match.groups?.['flag']
  return { name: name ?? match[0], text: name === undefined ? match[0] : '', ctrl: flag === 'C-', meta: flag === 'M-' }
}

test.each<[keys: string, shown: string]>([
  ['ab', 'ab|'],
  ['ab<left>c', 'ac|b'],
  ['ab<home>c<end>d', 'cabd|'],
  ['日本<left><backspace>', '|本'],
  ['👩‍👩‍👧x<left><backspace>', '|x'],
  ['ab<left><delete>', 'a|'],
  ['one two<C-w>', 'one |'],
  ['one two<C-w><C-y><C-y>', 'one twotwo|'],
  ['one two<M-b>x', 'one x|two'],
  ['one two<C-left><C-left><M-d>', '| two'],
  ['one two<C-a><C-k>', '|'],
  ['one<C-u>x', 'x|'],
  ['SELECT<return>1', 'SELECT\n1|'],
  ['ab<return>cdef<up>x', 'abx|\ncdef'],
  ['ab<return>c<up><home><down>x', 'ab\nx|c'],
  ['a;<M-return>b', 'a;\nb|'],
  ['<paste-start>a;<return>\tb<tab>c<paste-end>', 'a;\n b  c|'],
  ['\u0007x', 'x|'],
])('%s gives %s', (keys, shown) => expect(type(editorOf(), keys).shown.replaceAll('\ufffd', '')).toBe(shown))

test('Return submits what is whole and makes room for what is next', () => {
  const editor = editorOf()
  expect(type(editor, 'SELECT 1;<return>')).toEqual({ shown: '|', outcome: { kind: 'submit', text: 'SELECT 1;' } })
  expect(type(editor, '<return>').outcome).toEqual({ kind: 'submit', text: '' })
})

test('Ctrl-C drops the input, Ctrl-D ends only an empty one', () => {
  const editor = editorOf()
  expect(type(editor, 'abc<C-c>')).toEqual({ shown: '|', outcome: { kind: 'cancel' } })
  expect(type(editor, 'abc<C-a><C-d>').shown).toBe('|bc')
  expect(type(editor, '<C-k><C-d>').outcome).toEqual({ kind: 'end' })
})

test.each<[keys: string, shown: string]>([
  ['<up>', 'second;|'],
  ['<up><up>', 'first;|'],
  ['<up><up><up>', 'first;|'],
  ['draft<up><down>', 'draft|'],
  ['<C-r>fi', 'first;|'],
  ['<C-r>s<C-r>', 'first;|'],
  ['<C-r>zzz', '|'],
  ['<C-r>sec<left>x', 'secondx|;'],
])('with a history, %s gives %s', (keys, shown) => expect(type(editorOf(['first;', 'second;']), keys).shown).toBe(shown))

test.each<[keys: string, shown: string, choices: string[]]>([
  ['sel<tab>', 'SELECT |', []],
  ['SELECT * FROM ord<tab>', 'SELECT * FROM order|', ['orders', 'order_lines']],
  ['SELECT * FROM order<tab>', 'SELECT * FROM order|', ['orders', 'order_lines']],
  ['SELECT * FROM order_<tab>', 'SELECT * FROM order_lines|', []],
  ['SELECT * FROM two<tab>', 'SELECT * FROM `two words`|', []],
  ['x zzz<tab>', 'x zzz|', []],
  ['<tab>', '  |', []],
])('Tab after %s gives %s', (keys, shown, choices) => {
  const editor = editorOf()
  expect(type(editor, keys).shown).toBe(shown)
  expect(editor.choices).toEqual(choices)
})
