import type { ReactNode } from 'react'
import style from './tab.module.css'

/** What scrolls under the tabs of a job. */
export function Tab({ children }: { readonly children: ReactNode }) {
  return (
    <section className={style['tab']}>
      <div className={style['measure']}>{children}</div>
    </section>
  )
}

interface PartProps {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A part of a page with its title. */
export function Part({ title, actions, children }: PartProps) {
  return (
    <section className={style['part']}>
      <div className="row apart" style={{ minHeight: 30 }}>
        <h2>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  )
}
