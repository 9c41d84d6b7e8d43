import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import { CellFrame } from './cell-frame.tsx'
import style from './cell-list.module.css'
import { useNotebook } from './notebook-context.ts'
import { type Cell, cellsMax, newCell, withCellAt, withMovedCell, withoutCell, withTurnedCell } from './notebook-spec.ts'

/** What can be done with a cell from its keys and its buttons. */
export interface CellActs {
  readonly add: (at: number, kind: Cell['kind']) => void
  readonly remove: (id: string) => void
  readonly move: (id: string, by: 1 | -1) => void
  readonly turn: (id: string) => void
  /** Runs a cell; then nothing, or shows the next one, which is made where there is none. */
  readonly run: (at: number, then: 'stay' | 'next') => void
}

interface CellListProps {
  readonly mayEdit: boolean
  /** The cell that the address names. */
  readonly linked: string | undefined
}

export function CellList({ mayEdit, linked }: CellListProps) {
  const { t } = useTranslation()
  const { runs, draft, view } = useNotebook()
  const list = useRef<HTMLDivElement>(null)
  const wanted = useRef<string>(undefined)
  const { cells } = view.spec
  useEffect(() => {
    if (linked === undefined) return
    const frame = frameIn(list.current, linked)
    frame?.scrollIntoView({ block: 'center' })
    frame?.focus({ preventScroll: true })
  }, [linked])
  // A cell that was asked for is there once the page has drawn it.
  useEffect(() => {
    if (wanted.current === undefined) return
    const frame = frameIn(list.current, wanted.current)
    if (frame === null) return
    wanted.current = undefined
    frame.focus()
    frame.scrollIntoView({ block: 'nearest' })
  })
  const show = (id: string | undefined): void => {
    wanted.current = id
    if (id !== undefined) frameIn(list.current, id)?.focus()
  }
  const acts: CellActs = {
    add: (at, kind) => {
      if (cells.length >= cellsMax) return
      const cell = newCell(kind)
      draft.change((spec) => withCellAt(spec, at, cell))
      show(cell.id)
    },
    remove: (id) => {
      const at = cells.findIndex((cell) => cell.id === id)
      runs.stop(id)
      draft.changeUndoably((spec) => withoutCell(spec, id))
      show(cells[at + 1]?.id ?? cells[at - 1]?.id)
      const notice = notifications.show({
        autoClose: 10_000,
        message: (
          <div className="row apart">
            {t('notebook.removedCell')}
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={() => {
                draft.undo()
                show(id)
                notifications.hide(notice)
              }}
            >
              {t('notebook.undo')}
            </Button>
          </div>
        ),
      })
    },
    move: (id, by) => {
      draft.change((spec) => withMovedCell(spec, id, by))
      show(id)
    },
    turn: (id) => draft.changeUndoably((spec) => withTurnedCell(spec, id)),
    run: (at, then) => {
      const cell = draft.read().spec.cells[at]
      if (cell?.kind === 'sql') runs.start(cell)
      if (then === 'stay') return
      const next = cells[at + 1]
      if (next === undefined) acts.add(at + 1, 'sql')
      else show(next.id)
    },
  }
  return (
    <section
      className={style['list']}
      aria-label={t('notebook.cells')}
      ref={list}
      onKeyDown={(event) => mayEdit && pressed(event, cells, acts, { show, undo: () => draft.undo() })}
    >
      {mayEdit && <Adder onAdd={(kind) => acts.add(0, kind)} isEdge={cells.length === 0} isFull={cells.length >= cellsMax} />}
      {cells.map((cell, at) => (
        <div key={cell.id}>
          <CellFrame cell={cell} at={at} acts={acts} mayEdit={mayEdit} />
          {mayEdit && <Adder onAdd={(kind) => acts.add(at + 1, kind)} isEdge={at === cells.length - 1} isFull={cells.length >= cellsMax} />}
        </div>
      ))}
    </section>
  )
}

function frameIn(list: HTMLElement | null, id: string): HTMLElement | null {
  return list?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`) ?? null
}

/** Where a cell can be added: a line that shows itself to a pointer, and stays below the last one. */
function Adder({
  onAdd,
  isEdge,
  isFull,
}: {
  readonly onAdd: (kind: Cell['kind']) => void
  readonly isEdge: boolean
  readonly isFull: boolean
}) {
  const { t } = useTranslation()
  return (
    <div className={style['adder']} data-edge={isEdge}>
      <button type="button" disabled={isFull} onClick={() => onAdd('sql')}>
        <Icon name="plus" size={12} /> {t('cellKinds.sql')}
      </button>
      <button type="button" disabled={isFull} onClick={() => onAdd('markdown')}>
        <Icon name="plus" size={12} /> {t('cellKinds.markdown')}
      </button>
    </div>
  )
}

interface ListMoves {
  readonly show: (id: string | undefined) => void
  readonly undo: () => boolean
}

/** Plain keys, while a cell as a whole has the focus: what is typed into fields and editors is theirs. */
function pressed(event: KeyboardEvent, cells: readonly Cell[], acts: CellActs, { show, undo }: ListMoves): void {
  const id = event.target instanceof HTMLElement ? event.target.dataset['cell'] : undefined
  const at = cells.findIndex((cell) => cell.id === id)
  const cell = cells[at]
  if (cell === undefined || event.defaultPrevented) return
  const { key, shiftKey, altKey } = event
  if ((event.ctrlKey || event.metaKey) && key !== 'Enter') return
  const keys: Readonly<Record<string, () => void>> = {
    ArrowUp: () => (altKey ? acts.move(cell.id, -1) : show(cells[at - 1]?.id)),
    ArrowDown: () => (altKey ? acts.move(cell.id, 1) : show(cells[at + 1]?.id)),
    a: () => acts.add(at, 'sql'),
    b: () => acts.add(at + 1, 'sql'),
    m: () => acts.turn(cell.id),
    x: () => acts.remove(cell.id),
    Delete: () => acts.remove(cell.id),
    z: () => void undo(),
  }
  if (key === 'Enter' && (event.ctrlKey || event.metaKey)) acts.run(at, 'stay')
  else if (key === 'Enter' && shiftKey) acts.run(at, 'next')
  else if (keys[key] !== undefined) keys[key]()
  else return
  event.preventDefault()
}
