/** What is being typed: keys go in, statements come out. Draws nothing and waits for nothing, so that every key can be tested. */
import { printableLines } from '#base'
import type { Key } from '../terminal/terminal.ts'
import { type CompletionSource, completeAt } from './completing.ts'
import type { History } from './history.ts'
import {
  characterLeft,
  characterRight,
  emptyText,
  insertText,
  lineAbove,
  lineBelow,
  lineEnd,
  lineStart,
  moveTo,
  removeTo,
  type TextEdit,
  wordLeft,
  wordRight,
} from './text-edit.ts'

export type Outcome =
  | { readonly kind: 'submit'; readonly text: string }
  /** Ctrl-D in an empty line. */
  | { readonly kind: 'end' }
  /** Ctrl-C: what was typed is dropped. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'clear-screen' }

export interface EditorOptions {
  readonly history: Pick<History, 'entries'>
  readonly completions: CompletionSource
  /** Whether Return ends the input rather than the line. */
  isComplete(text: string): boolean
}

interface Search {
  readonly query: string
  /** Place of the entry that is shown; -1 when none has the query. */
  readonly at: number
}

type KeyName = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'backspace' | 'delete'

export class LineEditor {
  readonly #options: EditorOptions
  #edit: TextEdit = emptyText
  /** How far up in the history; 0 is what is being typed. */
  #back = 0
  #draft: TextEdit = emptyText
  #killed = ''
  #search: Search | undefined
  #pasting = false
  /** Choices to show below the text until the next key. */
  #choices: readonly string[] = []

  constructor(options: EditorOptions) {
    this.#options = options
  }

  get edit(): TextEdit {
    return this.#edit
  }
  get choices(): readonly string[] {
    return this.#choices
  }
  /** The query of a search through the history, while there is one. */
  get search(): string | undefined {
    return this.#search?.query
  }
  /** Nothing needs to be drawn before a paste is over. */
  get isPasting(): boolean {
    return this.#pasting
  }

  press(key: Key): Outcome | undefined {
    this.#choices = []
    if (key.name === 'paste-start' || key.name === 'paste-end') {
      this.#pasting = key.name === 'paste-start'
      return undefined
    }
    if (this.#pasting) return this.#paste(key)
    if (this.#search !== undefined && this.#pressInSearch(key, this.#search)) return undefined
    if (key.name === 'return' || key.name === 'enter') return this.#return(key)
    if (key.ctrl) return this.#pressWithCtrl(key)
    if (key.meta) this.#pressWithMeta(key)
    else if (key.name === 'tab') this.#complete()
    else if (key.text !== '') this.#set(insertText(this.#edit, printableLines(key.text)))
    else this.#pressNamed(key.name as KeyName)
    return undefined
  }

  #paste(key: Key): undefined {
    const typed = key.name === 'return' || key.name === 'enter' ? '\n' : key.name === 'tab' ? '  ' : printableLines(key.text)
    this.#set(insertText(this.#edit, typed))
    return undefined
  }

  #return(key: Key): Outcome | undefined {
    const { text } = this.#edit
    if (key.meta || (text.trim() !== '' && !this.#options.isComplete(text))) {
      this.#set(insertText(this.#edit, '\n'))
      return undefined
    }
    this.#reset()
    return { kind: 'submit', text }
  }

  #pressWithCtrl(key: Key): Outcome | undefined {
    const edit = this.#edit
    switch (key.name) {
      case 'c':
        this.#reset()
        return { kind: 'cancel' }
      case 'd':
        if (edit.text === '') return { kind: 'end' }
        this.#remove(characterRight(edit))
        return undefined
      case 'z':
        return { kind: 'suspend' }
      case 'l':
        return { kind: 'clear-screen' }
      case 'r':
        this.#search = { query: '', at: -1 }
        return undefined
      case 'u':
        this.#kill(lineStart(edit))
        return undefined
      case 'k':
        this.#kill(lineEnd(edit) === edit.cursor ? characterRight(edit) : lineEnd(edit))
        return undefined
      case 'w':
      case 'backspace':
        this.#kill(wordLeft(edit))
        return undefined
      case 'y':
        this.#set(insertText(edit, this.#killed))
        return undefined
      default:
        this.#moveWithCtrl(key.name)
        return undefined
    }
  }

  #moveWithCtrl(name: string): void {
    const edit = this.#edit
    const same: Readonly<Record<string, KeyName>> = { a: 'home', e: 'end', b: 'left', f: 'right', p: 'up', n: 'down', h: 'backspace' }
    if (name === 'left') this.#set(moveTo(edit, wordLeft(edit)))
    else if (name === 'right') this.#set(moveTo(edit, wordRight(edit)))
    else if (name === 'home') this.#set(moveTo(edit, 0))
    else if (name === 'end') this.#set(moveTo(edit, edit.text.length))
    else if (same[name] !== undefined) this.#pressNamed(same[name])
  }

  #pressWithMeta(key: Key): void {
    const edit = this.#edit
    if (key.name === 'b' || key.name === 'left') this.#set(moveTo(edit, wordLeft(edit)))
    else if (key.name === 'f' || key.name === 'right') this.#set(moveTo(edit, wordRight(edit)))
    else if (key.name === 'd') this.#kill(wordRight(edit))
    else if (key.name === 'backspace') this.#kill(wordLeft(edit))
  }

  #pressNamed(name: KeyName): void {
    const edit = this.#edit
    if (name === 'left') this.#set(moveTo(edit, characterLeft(edit)))
    else if (name === 'right') this.#set(moveTo(edit, characterRight(edit)))
    else if (name === 'home') this.#set(moveTo(edit, lineStart(edit)))
    else if (name === 'end') this.#set(moveTo(edit, lineEnd(edit)))
    else if (name === 'backspace') this.#remove(characterLeft(edit))
    else if (name === 'delete') this.#remove(characterRight(edit))
    else if (name === 'up') this.#moveOr(lineAbove(edit), 1)
    else if (name === 'down') this.#moveOr(lineBelow(edit), -1)
  }

  /** Moves within the text, or from its first or last line on through the history. */
  #moveOr(cursor: number | undefined, back: number): void {
    if (cursor === undefined) this.#recall(this.#back + back)
    else this.#set(moveTo(this.#edit, cursor))
  }

  #recall(back: number): void {
    const { entries } = this.#options.history
    if (back < 0 || back > entries.length) return
    if (this.#back === 0) this.#draft = this.#edit
    this.#back = back
    const text = printableLines(entries[entries.length - back] ?? '')
    this.#edit = back === 0 ? this.#draft : { text, cursor: text.length }
  }

  /** Whether the key belonged to the search. */
  #pressInSearch(key: Key, { query, at }: Search): boolean {
    const { entries } = this.#options.history
    if (key.ctrl && key.name === 'r') this.#find(query, at < 0 ? entries.length : at)
    else if (key.name === 'backspace') this.#find(query.slice(0, -1), entries.length)
    else if (key.text !== '') this.#find(query + key.text, entries.length)
    else {
      // Any other key takes what was found and does what it always does; escape and Ctrl-G only end the search.
      this.#search = undefined
      return key.name === 'escape' || (key.ctrl && (key.name === 'g' || key.name === 'c'))
    }
    return true
  }

  #find(query: string, before: number): void {
    const { entries } = this.#options.history
    const lower = query.toLowerCase()
    let at = before - 1
    while (at >= 0 && !entries[at]?.toLowerCase().includes(lower)) at--
    const text = at < 0 ? undefined : printableLines(entries[at] ?? '')
    this.#search = { query, at: query === '' ? -1 : at }
    if (text !== undefined && query !== '') this.#set({ text, cursor: text.length })
  }

  #complete(): void {
    const edit = this.#edit
    const before = edit.text.slice(lineStart(edit), edit.cursor)
    if (before.trim() === '') {
      this.#set(insertText(edit, '  '))
      return
    }
    const completed = completeAt(edit, this.#options.completions)
    this.#set(completed.edit)
    this.#choices = completed.choices
  }

  #set(edit: TextEdit): void {
    this.#edit = edit
  }

  #remove(other: number): void {
    this.#edit = removeTo(this.#edit, other).edit
  }

  #kill(other: number): void {
    const { edit, removed } = removeTo(this.#edit, other)
    this.#edit = edit
    if (removed !== '') this.#killed = removed
  }

  #reset(): void {
    this.#edit = emptyText
    this.#draft = emptyText
    this.#back = 0
    this.#search = undefined
  }
}
