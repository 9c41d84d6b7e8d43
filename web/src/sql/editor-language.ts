/** What the editor knows of SQL: colours by our lexer, faults by our parser and the server, completions by the server. */
import { type Completion, type CompletionContext, type CompletionResult, completeFromList } from '@codemirror/autocomplete'
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import { type Extension, RangeSetBuilder, StateField, type Text } from '@codemirror/state'
import { Decoration, type DecorationSet, type EditorView, hoverTooltip, type Tooltip, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import type { Failure } from '#api/contract'
import { parseScript } from '#sql'
import { type Answer, call } from '../api/call.ts'
import { colouredSpans, type Span, type SpanKind } from '../parts/sql-spans.ts'
import { nameAround } from './name-around.ts'

/** Texts that are longer are coloured up to here: they are read anew with each letter. */
const colouredMax = 200_000
const parseAfterMs = 250
const checkAfterMs = 700

const marks: Readonly<Record<SpanKind, Decoration>> = {
  keyword: Decoration.mark({ class: 'sql-keyword' }),
  function: Decoration.mark({ class: 'sql-function' }),
  string: Decoration.mark({ class: 'sql-string' }),
  number: Decoration.mark({ class: 'sql-number' }),
  comment: Decoration.mark({ class: 'sql-comment' }),
  name: Decoration.mark({ class: 'sql-name' }),
}

function spansOf(doc: Text): readonly Span[] {
  return colouredSpans(doc.sliceString(0, colouredMax))
}

const spans = StateField.define<readonly Span[]>({
  create: ({ doc }) => spansOf(doc),
  update: (last, { docChanged, newDoc }) => (docChanged ? spansOf(newDoc) : last),
})

/** Only what is in sight is coloured. */
function colour(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  const all = view.state.field(spans)
  for (const { from, to } of view.visibleRanges) {
    for (let at = firstEndingAfter(all, from); at < all.length; at++) {
      const span = all[at]
      if (span === undefined || span.start >= to) break
      if (span.end > span.start) builder.add(Math.max(span.start, from), Math.min(span.end, to), marks[span.kind])
    }
  }
  return builder.finish()
}

function firstEndingAfter(all: readonly Span[], place: number): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((all[middle]?.end ?? 0) <= place) low = middle + 1
    else high = middle
  }
  return low
}

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet

    constructor(view: EditorView) {
      this.decorations = colour(view)
    }

    update({ docChanged, viewportChanged, view }: ViewUpdate): void {
      if (docChanged || viewportChanged) this.decorations = colour(view)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

type Fault = Pick<Failure, 'code' | 'message' | 'hint' | 'position'>
type Completions = Answer<'POST /workspaces/:workspace/sql/complete'>

/** What the editor asks about its text. */
export interface SqlQuestions {
  /** What our parser sees at once. */
  readonly parse: (text: string) => readonly Fault[]
  readonly check: (text: string, signal: AbortSignal) => Promise<readonly Fault[]>
  readonly complete: (text: string, offset: number, signal: AbortSignal) => Promise<Completions>
}

/** For a text that stands by itself in a workspace. */
export function questionsOf(workspace: string): SqlQuestions {
  const params = { workspace }
  return {
    parse: parseFaults,
    check: async (text, signal) =>
      workspace === '' ? [] : (await call('POST /workspaces/:workspace/sql/check', { params, body: { text } }, signal)).diagnostics,
    complete: (text, offset, signal) => call('POST /workspaces/:workspace/sql/complete', { params, body: { text, offset } }, signal),
  }
}

export function parseFaults(text: string): Fault[] {
  const { diagnostics } = parseScript(text)
  return diagnostics.map(({ code, message, hint, position }) => ({ code, message, hint: hint ?? null, position: position ?? null }))
}

/** Marks faults a moment after typing ends: at once what the parser sees, then what the server sees besides. */
function faults(questions: SqlQuestions): Extension {
  return ViewPlugin.fromClass(
    class {
      private parsing: ReturnType<typeof setTimeout> | undefined
      private checking: ReturnType<typeof setTimeout> | undefined
      private asked = new AbortController()
      private readonly view: EditorView

      constructor(view: EditorView) {
        this.view = view
        this.schedule()
      }

      update({ docChanged }: ViewUpdate): void {
        if (docChanged) this.schedule()
      }

      destroy(): void {
        clearTimeout(this.parsing)
        clearTimeout(this.checking)
        this.asked.abort()
      }

      private schedule(): void {
        this.destroy()
        this.parsing = setTimeout(() => this.parse(), parseAfterMs)
        this.checking = setTimeout(() => void this.check(), checkAfterMs)
      }

      private parse(): void {
        const text = this.view.state.doc.toString()
        if (text.length > colouredMax) return
        this.show(questions.parse(text))
      }

      private async check(): Promise<void> {
        const text = this.view.state.doc.toString()
        if (text.trim() === '') return
        this.asked = new AbortController()
        try {
          const diagnostics = await questions.check(text, this.asked.signal)
          if (this.view.state.doc.toString() === text) this.show(diagnostics)
        } catch {
          // What the parser found stays; a server that is gone is told elsewhere.
        }
      }

      private show(found: readonly Fault[]): void {
        const { length } = this.view.state.doc
        const diagnostics = found.flatMap(({ code, message, hint, position }): Diagnostic[] => {
          if (position === null) return []
          const from = Math.min(position.start, length)
          const to = Math.min(Math.max(position.end, from + 1), length)
          return [{ from: Math.min(from, to), to, severity: 'error', message: [message, hint, code].filter(Boolean).join('\n') }]
        })
        this.view.dispatch(setDiagnostics(this.view.state, diagnostics))
      }
    },
  )
}

/** What the server says may stand at the cursor. */
export function completionsOf(questions: SqlQuestions) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\w`$]+/)
    const previous = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)
    if (!context.explicit && word === null && previous !== '.' && previous !== "'") return null
    const stopping = new AbortController()
    context.addEventListener('abort', () => stopping.abort())
    try {
      const { completions, from } = await questions.complete(context.state.doc.toString(), context.pos, stopping.signal)
      const options = completions.map(
        ({ text, kind, detail }): Completion => ({ label: text, type: typeOf(kind), ...(detail === null ? {} : { detail }) }),
      )
      return { from, options, validFor: /^[\w`$.-]*$/ }
    } catch {
      return completeFromList([])(context)
    }
  }
}

/** What a name is, a moment after the pointer rests on it: the type of a column, how a function is called, what an option does. */
function explanations(questions: SqlQuestions): Extension {
  return hoverTooltip(async (view, place): Promise<Tooltip | null> => {
    const { doc } = view.state
    const line = doc.lineAt(place)
    const name = nameAround(line.text, line.from, place)
    if (name === null || name.to - name.from > namedMax || doc.length > colouredMax) return null
    // Of a text in quotes its end is asked for from within.
    const end = name.text.startsWith("'") ? name.to - 1 : name.to
    try {
      const { completions } = await questions.complete(doc.toString(), end, AbortSignal.timeout(hoverMsMax))
      const wanted = bare(name.text)
      const found = completions.find(({ text, detail }) => bare(text) === wanted && detail !== null && detail !== '')
      if (found === undefined) return null
      return {
        pos: name.from,
        end: name.to,
        above: true,
        create: () => ({ dom: explanation(bare(found.text, false), found.detail ?? '') }),
      }
    } catch {
      return null
    }
  })
}

const namedMax = 200
const hoverMsMax = 3000

function bare(text: string, folds = true): string {
  const inner = text.replace(/^['`]|['`]$/g, '')
  return folds ? inner.toLowerCase() : inner
}

function explanation(name: string, detail: string): HTMLElement {
  const dom = document.createElement('div')
  dom.className = 'sql-explanation'
  const title = document.createElement('strong')
  title.textContent = name
  const text = document.createElement('span')
  text.textContent = detail
  dom.append(title, ' ', text)
  return dom
}

/** The kinds of the server in the words of the editor, which has a sign for each. */
function typeOf(kind: string): string {
  const known: Readonly<Record<string, string>> = {
    keyword: 'keyword',
    function: 'function',
    column: 'property',
    table: 'class',
    view: 'class',
    option: 'property',
    value: 'constant',
  }
  return known[kind] ?? 'variable'
}

export function sqlLanguage(questions: SqlQuestions): Extension {
  return [spans, colours, faults(questions), explanations(questions)]
}
