import { ActionIcon, Menu, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { lazy, type RefObject, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { keepDraft } from '../job/first-spec.ts'
import { Icon } from '../parts/icon.tsx'
import { SqlText } from '../parts/sql-text.tsx'
import type { EditorHandle } from '../sql/sql-editor.tsx'
import { KeptAnswer, RunAnswer } from './cell-answer.tsx'
import style from './cell-frame.module.css'
import type { CellActs } from './cell-list.tsx'
import { CellMark } from './cell-mark.tsx'
import { cellQuestions } from './cell-questions.ts'
import { stateOf } from './freshness.ts'
import { jobTextOf } from './job-text.ts'
import { useNotebook } from './notebook-context.ts'
import { type Cell, hasVariables, isTooLong, type SqlCell, withChangedCell } from './notebook-spec.ts'
import { useSeen } from './use-seen.ts'

const SqlEditor = lazy(() => import('../sql/sql-editor.tsx').then(({ SqlEditor: component }) => ({ default: component })))
const MarkdownText = lazy(() => import('./markdown-text.tsx').then(({ MarkdownText: component }) => ({ default: component })))

interface CellFrameProps {
  readonly cell: Cell
  readonly at: number
  readonly acts: CellActs
  readonly mayEdit: boolean
}

export function CellFrame({ cell, at, acts, mayEdit }: CellFrameProps) {
  const { t } = useTranslation()
  const frame = useRef<HTMLElement>(null)
  const editor = useRef<EditorHandle>(null)
  const [isWritten, setWritten] = useState(cell.kind === 'markdown' && cell.text === '')
  const label = t('notebook.cell', { number: at + 1, kind: t(`cellKinds.${cell.kind}`) })
  return (
    <section
      ref={frame}
      className={style['cell']}
      data-cell={cell.id}
      data-kind={cell.kind}
      tabIndex={0}
      aria-label={label}
      onDoubleClick={() => setWritten(true)}
      onKeyDown={(event) => {
        if (event.defaultPrevented) return
        const isWhole = event.target === frame.current
        if (event.key === 'Escape' && !isWhole) frame.current?.focus()
        if (event.key !== 'Enter' || !isWhole || event.shiftKey || event.ctrlKey || event.metaKey) return
        event.preventDefault()
        setWritten(true)
        editor.current?.focus()
      }}
    >
      {cell.kind === 'sql' ? (
        <SqlCellBody cell={cell} at={at} acts={acts} mayEdit={mayEdit} label={label} editor={editor} />
      ) : (
        <MarkdownCellBody cell={cell} at={at} acts={acts} mayEdit={mayEdit} label={label} isWritten={isWritten} onWritten={setWritten} />
      )}
    </section>
  )
}

interface BodyProps<C extends Cell> extends CellFrameProps {
  readonly cell: C
  readonly label: string
}

interface SqlCellBodyProps extends BodyProps<SqlCell> {
  readonly editor: RefObject<EditorHandle | null>
}

function SqlCellBody({ cell, at, acts, mayEdit, label, editor }: SqlCellBodyProps) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { runs, draft, view } = useNotebook()
  const place = useRef<HTMLDivElement>(null)
  const isSeen = useSeen(place)
  const run = runs.runOf(cell.id)
  const kept = view.outputs.get(cell.id)
  const state = stateOf(at, view.spec.cells, view.spec.variables, (id) => runs.ranOf(id))
  const isBusy = run !== undefined && !run.isOver
  const order = run?.order ?? runs.session.orderOf(cell.id)
  const questions = useMemo(
    () =>
      cellQuestions({
        workspace,
        earlier: () => textsAbove(draft.read().spec.cells, cell.id),
        variables: () => draft.read().spec.variables,
        session: () => runs.session.id,
      }),
    [workspace, draft, runs, cell.id],
  )
  const change = (changes: Partial<SqlCell>): void => draft.change((spec) => withChangedCell(spec, cell.id, changes))
  const answer = { cell, label, onView: change, onPlace: (start: number, end: number) => editor.current?.select(start, end) }
  return (
    <>
      <div className={style['gutter']}>
        {mayEdit && (
          <ActionIcon
            className={style['run']}
            variant={isBusy ? 'filled' : 'light'}
            color="water"
            size={30}
            radius="xl"
            disabled={!isBusy && cell.text.trim() === ''}
            aria-label={isBusy ? t('notebook.stopCell', { number: at + 1 }) : t('notebook.runCell', { number: at + 1 })}
            onClick={() => (isBusy ? runs.stop(cell.id) : acts.run(at, 'stay'))}
          >
            <Icon name={isBusy ? 'stop' : 'play'} size={14} />
          </ActionIcon>
        )}
        <span className={style['order']} title={order === null ? undefined : t('notebook.order', { order })}>
          {order === null ? '' : `#${order}`}
        </span>
      </div>
      <div className={style['main']}>
        <div className={style['sheet']}>
          <div className={style['editor']} ref={place}>
            {isSeen ? (
              <Suspense fallback={<Resting text={cell.text} />}>
                <SqlEditor
                  text={cell.text}
                  label={t('notebook.editor', { number: at + 1 })}
                  hint={at === 0 ? t('notebook.hint') : ''}
                  workspace={workspace}
                  questions={questions}
                  isGrowing
                  isReadOnly={!mayEdit}
                  keys={{
                    'Shift-Enter': () => acts.run(at, 'next'),
                    'Alt-ArrowUp': () => acts.move(cell.id, -1),
                    'Alt-ArrowDown': () => acts.move(cell.id, 1),
                  }}
                  onRun={() => acts.run(at, 'stay')}
                  onChange={(text) => change({ text })}
                  onReady={(ready) => {
                    editor.current = ready
                  }}
                />
              </Suspense>
            ) : (
              <Resting text={cell.text} />
            )}
          </div>
          {isTooLong(cell.text) && <p className={style['warning']}>{t('notebook.tooLong')}</p>}
          <div className={style['foot']}>
            <CellMark state={state} run={run} kept={kept} />
            <span className="grow" />
            {mayEdit && <CellTools cell={cell} at={at} acts={acts} />}
          </div>
        </div>
        {run !== undefined ? <RunAnswer {...answer} run={run} /> : kept !== undefined && <KeptAnswer {...answer} kept={kept} />}
      </div>
    </>
  )
}

/** The text of a cell that nobody has looked at yet, as high as its editor will be. */
function Resting({ text }: { readonly text: string }) {
  return (
    <div className={style['resting']}>
      <SqlText text={text} />
    </div>
  )
}

function textsAbove(cells: readonly Cell[], id: string): string[] {
  const at = cells.findIndex((cell) => cell.id === id)
  return cells.slice(0, Math.max(0, at)).flatMap((cell) => (cell.kind === 'sql' ? [cell.text] : []))
}

interface MarkdownCellBodyProps extends BodyProps<Cell> {
  /** Whether it is being written rather than read. */
  readonly isWritten: boolean
  readonly onWritten: (isWritten: boolean) => void
}

function MarkdownCellBody({ cell, at, acts, mayEdit, label, isWritten, onWritten }: MarkdownCellBodyProps) {
  const { t } = useTranslation()
  const { draft } = useNotebook()
  const field = useRef<HTMLTextAreaElement>(null)
  const isWriting = mayEdit && isWritten
  useEffect(() => {
    if (isWriting) field.current?.focus()
  }, [isWriting])
  return (
    <>
      <div className={style['gutter']} />
      <div className={style['main']}>
        {isWriting ? (
          <Textarea
            ref={field}
            aria-label={label}
            placeholder={t('notebook.markdownHint')}
            autosize
            minRows={3}
            maxRows={30}
            classNames={{ input: style['markdownField'] ?? '' }}
            value={cell.text}
            onChange={({ currentTarget: { value } }) => draft.change((spec) => withChangedCell(spec, cell.id, { text: value }))}
            onBlur={() => onWritten(cell.text.trim() === '')}
            onKeyDown={(event) => {
              const isDone = event.key === 'Escape' || (event.key === 'Enter' && (event.shiftKey || event.ctrlKey || event.metaKey))
              if (!isDone) return
              if (event.key === 'Enter') event.preventDefault()
              onWritten(false)
              if (event.shiftKey) acts.run(at, 'next')
            }}
          />
        ) : (
          <div className={style['text']}>
            <Suspense fallback={<div className={style['resting']}>{cell.text}</div>}>
              {cell.text.trim() === '' ? <p className="quiet">{t('notebook.emptyText')}</p> : <MarkdownText text={cell.text} />}
            </Suspense>
          </div>
        )}
        {mayEdit && (
          <div className={style['float']}>
            <ActionIcon aria-label={t('notebook.editCell', { number: at + 1 })} onClick={() => onWritten(!isWritten)}>
              <Icon name={isWriting ? 'check' : 'format'} size={14} />
            </ActionIcon>
            <CellTools cell={cell} at={at} acts={acts} />
          </div>
        )}
      </div>
    </>
  )
}

function CellTools({ cell, at, acts }: { readonly cell: Cell; readonly at: number; readonly acts: CellActs }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { runs, draft, view } = useNotebook()
  const navigate = useNavigate()
  const number = at + 1
  const makeJob = (): void => {
    const { cells, variables, title } = draft.read().spec
    const columns = runs.runOf(cell.id)?.read().results.at(-1)?.table.columns ?? view.outputs.get(cell.id)?.output.columns ?? []
    const text = jobTextOf(textsAbove(cells, cell.id), cell.text, columns)
    keepDraft(text, { name: title, ...(hasVariables(text) ? { variables } : {}) })
    void draft.save()
    void navigate({ to: '/w/$workspace/jobs/new', params: { workspace } })
  }
  const copyLink = async (): Promise<void> => {
    const url = new URL(location.href)
    url.search = `?cell=${cell.id}`
    await navigator.clipboard.writeText(url.href)
    notifications.show({ message: t('notebook.linkCopied') })
  }
  return (
    <div className={style['tools']}>
      <ActionIcon aria-label={t('notebook.moveUp', { number })} disabled={at === 0} onClick={() => acts.move(cell.id, -1)}>
        <Icon name="up" size={14} />
      </ActionIcon>
      <ActionIcon
        aria-label={t('notebook.moveDown', { number })}
        disabled={at === view.spec.cells.length - 1}
        onClick={() => acts.move(cell.id, 1)}
      >
        <Icon name="down" size={14} />
      </ActionIcon>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={t('notebook.moreOf', { number })}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {cell.kind === 'sql' && (
            <>
              <Menu.Item
                leftSection={<Icon name="play" />}
                disabled={cell.text.trim() === ''}
                onClick={() => void runs.startAll(view.spec.cells.slice(at))}
              >
                {t('notebook.runFrom')}
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="jobs" />} disabled={cell.text.trim() === ''} onClick={makeJob}>
                {t('notebook.makeJob')}
              </Menu.Item>
              <Menu.Divider />
            </>
          )}
          <Menu.Item leftSection={<Icon name="link" />} onClick={() => void copyLink()}>
            {t('notebook.copyLink')}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name={cell.kind === 'sql' ? 'text' : 'sql'} />} onClick={() => acts.turn(cell.id)}>
            {t(cell.kind === 'sql' ? 'notebook.turnMarkdown' : 'notebook.turnSql')}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="bin" />} onClick={() => acts.remove(cell.id)}>
            {t('notebook.removeCell')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
