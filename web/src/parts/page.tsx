import { type ReactNode, useEffect } from 'react'
import style from './page.module.css'

interface PageProps {
  /** The title of the window; the head shows it unless it has its own. */
  readonly title: string
  readonly head?: ReactNode
  readonly actions?: ReactNode
  readonly below?: ReactNode
  /** Whether the content fills the page and scrolls by itself. */
  readonly isFilled?: boolean
  readonly children: ReactNode
}

/** The form of every page: a head that stays, and what scrolls under it. */
export function Page({ title, head, actions, below, isFilled = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Millrace`
  }, [title])
  return (
    <div className={style['page']}>
      <header className={style['head']}>
        <div className={style['line']}>
          <div className={style['title']}>{head ?? <h1>{title}</h1>}</div>
          {actions !== undefined && <div className="row wrap">{actions}</div>}
        </div>
        {below}
      </header>
      <div className={isFilled ? style['filled'] : style['body']}>
        {isFilled ? children : <div className={style['measure']}>{children}</div>}
      </div>
    </div>
  )
}
