import { EditorView } from '@codemirror/view'

/** The editor in the colours of the page; it lives in a shadow tree, which variables reach and style sheets do not. */
export const editorTheme = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--raised)', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--raised)', color: 'var(--ink-3)', border: 'none', paddingRight: '4px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--hover) 60%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 24%, transparent) !important',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--accent) 14%, transparent)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--picked)', outline: '1px solid var(--line-2)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--still-soft)', border: 'none', color: 'var(--ink-2)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-2)',
    borderRadius: '7px',
    boxShadow: 'var(--shade)',
    color: 'var(--ink)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12px', maxHeight: '260px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: '1.5' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--picked)', color: 'var(--ink)' },
  '.sql-explanation': { padding: '4px 10px', fontSize: '12px', maxWidth: '520px' },
  '.cm-completionDetail': { color: 'var(--ink-2)', fontStyle: 'normal', marginLeft: '12px' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)', fontWeight: '600' },
  '.cm-diagnostic': { whiteSpace: 'pre-wrap', padding: '6px 10px', borderLeft: '3px solid var(--bad)', maxWidth: '520px' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
  },
  '.cm-panels': { backgroundColor: 'var(--ground)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-textfield': { backgroundColor: 'var(--raised)', border: '1px solid var(--line-2)', borderRadius: '5px', color: 'var(--ink)' },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-2)',
    borderRadius: '5px',
    color: 'var(--ink)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-placeholder': { color: 'var(--ink-3)' },
  '.sql-keyword': { color: 'var(--sql-keyword)', fontWeight: '500' },
  '.sql-function': { color: 'var(--sql-function)' },
  '.sql-string': { color: 'var(--sql-string)' },
  '.sql-number': { color: 'var(--sql-number)' },
  '.sql-comment': { color: 'var(--sql-comment)', fontStyle: 'italic' },
  '.sql-name': { color: 'var(--sql-name)' },
})

/** As high as the text, up to a bound. */
export const growingTheme = EditorView.theme({
  '&': { height: 'auto' },
  '.cm-scroller': { maxHeight: '560px', overflow: 'auto' },
  '.cm-gutters': { backgroundColor: 'transparent' },
  '&:not(.cm-focused) .cm-activeLine, &:not(.cm-focused) .cm-activeLineGutter': { backgroundColor: 'transparent' },
})
