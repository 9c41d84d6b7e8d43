import { autocompletion } from '@codemirror/autocomplete'
import { Compartment, EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap, placeholder } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { useEffect, useRef } from 'react'
import { completionsOf, questionsOf, type SqlQuestions, sqlLanguage } from './editor-language.ts'
import { editorTheme, growingTheme } from './editor-theme.ts'
import style from './sql-editor.module.css'

/** What a page can do with the editor that it shows. */
export interface EditorHandle {
  readonly text: () => string
  readonly selection: () => { readonly from: number; readonly to: number }
  /** Selects a part and brings it into sight. */
  readonly select: (start: number, end: number) => void
  readonly replace: (text: string) => void
  readonly focus: () => void
}

interface SqlEditorProps {
  readonly text: string
  readonly label: string
  readonly workspace: string
  readonly hint?: string
  readonly isReadOnly?: boolean
  /** Whether it is as high as its text, and stands in a frame of whoever shows it. */
  readonly isGrowing?: boolean
  /** What is asked about the text; by default as about one that stands by itself. */
  readonly questions?: SqlQuestions | undefined
  /** Keys with what they do, besides the one that runs. */
  readonly keys?: Readonly<Record<string, () => void>>
  readonly onChange: (text: string) => void
  readonly onRun?: () => void
  readonly onReady?: (editor: EditorHandle | null) => void
}

/**
 * The editor. It stands in a shadow tree, for there its style sheets are adopted rather than written into the page as elements, which the
 * policy of the page refuses.
 */
export function SqlEditor({
  text,
  label,
  workspace,
  hint = '',
  isReadOnly = false,
  isGrowing = false,
  questions,
  keys = {},
  onChange,
  onRun,
  onReady,
}: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const newest = useRef({ text, onChange, onRun, onReady, questions, keys })
  newest.current = { text, onChange, onRun, onReady, questions, keys }
  const names = Object.keys(keys).join(' ')
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const made = openEditor(root, { label, workspace, hint, isReadOnly, isGrowing, names, newest: () => newest.current })
    view.current = made
    newest.current.onReady?.(handleOf(made))
    return () => {
      newest.current.onReady?.(null)
      made.destroy()
      view.current = undefined
    }
  }, [label, workspace, hint, isReadOnly, isGrowing, names])
  useEffect(() => {
    const editor = view.current
    if (editor !== undefined && editor.state.doc.toString() !== text)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [text])
  return <div ref={place} className={isGrowing ? style['growing'] : style['editor']} />
}

interface Opening {
  readonly label: string
  readonly workspace: string
  readonly hint: string
  readonly isReadOnly: boolean
  readonly isGrowing: boolean
  readonly names: string
  readonly newest: () => {
    readonly text: string
    readonly onChange: (text: string) => void
    readonly onRun: (() => void) | undefined
    readonly questions: SqlQuestions | undefined
    readonly keys: Readonly<Record<string, () => void>>
  }
}

function openEditor(root: ShadowRoot, { label, workspace, hint, isReadOnly, isGrowing, names, newest }: Opening): EditorView {
  const plain = questionsOf(workspace)
  const questions: SqlQuestions = {
    parse: (text) => (newest().questions ?? plain).parse(text),
    check: (text, signal) => (newest().questions ?? plain).check(text, signal),
    complete: (text, offset, signal) => (newest().questions ?? plain).complete(text, offset, signal),
  }
  const press = (key: string) => (): boolean => {
    const act = newest().keys[key]
    act?.()
    return act !== undefined
  }
  const run = (): boolean => {
    const { onRun } = newest()
    onRun?.()
    return onRun !== undefined
  }
  const editable = new Compartment()
  return new EditorView({
    root,
    parent: root,
    doc: newest().text,
    extensions: [
      Prec.highest(keymap.of([{ key: 'Mod-Enter', run }, ...keysOf(names, press)])),
      basicSetup,
      sqlLanguage(questions),
      autocompletion({ override: [completionsOf(questions)], icons: false, activateOnTypingDelay: 150 }),
      isGrowing ? growingTheme : [],
      editorTheme,
      placeholder(hint),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
      editable.of(isReadOnly ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : []),
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged && state.doc.toString() !== newest().text) newest().onChange(state.doc.toString())
      }),
    ],
  })
}

function keysOf(names: string, press: (key: string) => () => boolean) {
  return names === '' ? [] : names.split(' ').map((key) => ({ key, run: press(key) }))
}

function handleOf(view: EditorView): EditorHandle {
  return {
    text: () => view.state.doc.toString(),
    selection: () => view.state.selection.main,
    select: (start, end) => {
      const { length } = view.state.doc
      const anchor = Math.min(start, length)
      view.dispatch({ selection: { anchor, head: Math.min(Math.max(end, anchor), length) }, scrollIntoView: true })
      view.focus()
    },
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    focus: () => view.focus(),
  }
}
