import { useMemo } from 'react'
import { sqlSpans } from './sql-spans.ts'
import style from './sql-text.module.css'

/** SQL to read, in the same colours as in the editor. */
export function SqlText({ text }: { readonly text: string }) {
  const spans = useMemo(() => sqlSpans(text), [text])
  return (
    <code className={style['sql']}>
      {spans.map(({ start, kind, text: part }) =>
        kind === 'plain' ? (
          part
        ) : (
          <span key={start} className={style[kind]}>
            {part}
          </span>
        ),
      )}
    </code>
  )
}
