import type { ReactNode } from 'react'
import { Page } from '../parts/page.tsx'
import style from './catalog.module.css'
import { CatalogTree } from './catalog-tree.tsx'

interface CatalogFrameProps {
  readonly title: string
  readonly head: ReactNode
  readonly actions?: ReactNode
  readonly below?: ReactNode
  /** The database that is open in the tree. */
  readonly catalog: string | undefined
  readonly database: string | undefined
  /** What is picked in the tree. */
  readonly entry?: string
  /** Whether the content fills the page and scrolls by itself. */
  readonly isFilled?: boolean
  readonly children: ReactNode
}

/** Pages of the catalog: the tree beside them, where there is room for it. */
export function CatalogFrame({ title, head, actions, below, catalog, database, entry, isFilled = false, children }: CatalogFrameProps) {
  return (
    <div className={style['frame']} data-deep={entry !== undefined}>
      <CatalogTree catalog={catalog} database={database} entry={entry} />
      <div className={style['main']}>
        <Page title={title} head={head} actions={actions} below={below} isFilled={isFilled}>
          {isFilled ? children : <div className="stack">{children}</div>}
        </Page>
      </div>
    </div>
  )
}
