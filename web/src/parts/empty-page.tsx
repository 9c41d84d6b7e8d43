import type { ReactNode } from 'react'
import style from './empty-page.module.css'
import { Icon, type IconName } from './icon.tsx'

interface EmptyPageProps {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  readonly children?: ReactNode
}

/** What stands where nothing is yet: what would be here, and the first step to it. */
export function EmptyPage({ icon, title, text, children }: EmptyPageProps) {
  return (
    <div className={style['empty']}>
      <span className={style['sign']}>
        <Icon name={icon} size={24} />
      </span>
      <h2>{title}</h2>
      <p className="quiet">{text}</p>
      {children !== undefined && <div className="row wrap">{children}</div>}
    </div>
  )
}
