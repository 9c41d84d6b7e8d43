/** Markdown as elements of the page. Our reader of it knows no HTML: what looks like it is text, and no text becomes markup. */
import MarkdownIt, { type Token } from 'markdown-it'
import { createElement, Fragment, type ReactNode, useMemo } from 'react'
import { SqlText } from '../parts/sql-text.tsx'
import style from './markdown-text.module.css'

const reader = new MarkdownIt({ html: false, linkify: true, typographer: false, maxNesting: 40 })

/** What a block or a mark in a line becomes; others are left out, and what is in them stays. */
const elements: Readonly<Record<string, string>> = {
  paragraph: 'p',
  blockquote: 'blockquote',
  bullet_list: 'ul',
  list_item: 'li',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tr: 'tr',
  em: 'em',
  strong: 'strong',
  s: 's',
}

export function MarkdownText({ text }: { readonly text: string }) {
  const content = useMemo(() => blocksOf(reader.parse(text, {})), [text])
  return <div className={style['markdown']}>{content}</div>
}

/** Elements of a flat list of tokens, in which each opening has its closing. */
function blocksOf(tokens: readonly Token[]): ReactNode[] {
  const levels: { readonly opening: Token | null; readonly parts: ReactNode[] }[] = [{ opening: null, parts: [] }]
  for (const [key, token] of tokens.entries()) {
    if (token.nesting === 1) levels.push({ opening: token, parts: [] })
    else if (token.nesting === 0) levels.at(-1)?.parts.push(<Fragment key={key}>{leafOf(token)}</Fragment>)
    else {
      const { opening = null, parts = [] } = levels.length > 1 ? (levels.pop() ?? {}) : {}
      if (opening !== null) levels.at(-1)?.parts.push(<Fragment key={key}>{elementOf(opening, parts)}</Fragment>)
    }
  }
  return levels.flatMap(({ parts }) => parts)
}

function elementOf(token: Token, parts: readonly ReactNode[]): ReactNode {
  const kind = token.type.replace(/_open$/, '')
  // Headings stand below the one of the page.
  if (kind === 'heading') return createElement(`h${Math.min(6, Number(token.tag.slice(1)) + 1)}`, {}, ...parts)
  if (kind === 'ordered_list') return <ol start={Number(token.attrGet('start') ?? 1)}>{parts}</ol>
  if (kind === 'link') return linkTo(String(token.attrGet('href') ?? ''), parts)
  if (kind === 'th' || kind === 'td') {
    const align = /text-align:(\w+)/.exec(String(token.attrGet('style') ?? ''))?.[1]
    return createElement(kind, align === undefined ? {} : { style: { textAlign: align } }, ...parts)
  }
  if (kind === 'paragraph' && token.hidden) return parts
  const element = elements[kind]
  return element === undefined ? parts : createElement(element, {}, ...parts)
}

function leafOf(token: Token): ReactNode {
  switch (token.type) {
    case 'inline':
      return blocksOf(token.children ?? [])
    case 'code_inline':
      return <code>{token.content}</code>
    case 'fence':
    case 'code_block':
      return <pre>{/^\s*sql\b/i.test(token.info) ? <SqlText text={token.content} /> : <code>{token.content}</code>}</pre>
    case 'softbreak':
      return '\n'
    case 'hardbreak':
      return <br />
    case 'hr':
      return <hr />
    // Pictures of others would tell them who reads; their address is shown instead.
    case 'image':
      return linkTo(String(token.attrGet('src') ?? ''), token.content || String(token.attrGet('src') ?? ''))
    default:
      return token.content
  }
}

/** Links lead to pages and to mail, and pass on nothing of where they were followed from. */
function linkTo(address: string, parts: ReactNode): ReactNode {
  if (!/^(?:https?:|mailto:|#|\/(?!\/))/i.test(address)) return parts
  const isOutside = /^https?:/i.test(address)
  return (
    <a href={address} {...(isOutside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}>
      {parts}
    </a>
  )
}
