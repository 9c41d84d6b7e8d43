import { Button, Kbd, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { countText, durationText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import style from './sql-page.module.css'
import type { RunView, StatementRun } from './statement-run.ts'

interface SqlToolbarProps {
  readonly run: StatementRun | undefined
  readonly text: string
  readonly onRun: () => void
  readonly onRunAll: () => void
  readonly onCancel: () => void
  readonly onFormat: (text: string) => void
  readonly onKeep: () => void
  readonly onSave: () => void
}

const never = (): (() => void) => () => {}
const noView = (): undefined => undefined

/** The newest of a run, or nothing without one. */
export function useRunView(run: StatementRun | undefined): RunView | undefined {
  return useSyncExternalStore<RunView | undefined>(run?.listen ?? never, run?.read ?? noView)
}

export function SqlToolbar({ run, text, onRun, onRunAll, onCancel, onFormat, onKeep, onSave }: SqlToolbarProps) {
  const { t } = useTranslation()
  const view = useRunView(run)
  const isRunning = view !== undefined && view.endedAt === undefined
  const format = async (): Promise<void> => {
    const { formatSql } = await import('./format-sql.ts')
    const laidOut = formatSql(text)
    if (laidOut === undefined) notifications.show({ message: t('sql.notFormatted') })
    else onFormat(laidOut)
  }
  return (
    <div className={style['toolbar']} role="toolbar" aria-label={t('sql.actions')}>
      {isRunning ? (
        <Button variant="default" leftSection={<Icon name="stop" size={14} />} onClick={onCancel}>
          {t('sql.cancel')}
        </Button>
      ) : (
        <Button leftSection={<Icon name="play" size={14} />} onClick={onRun} disabled={text.trim() === ''} title={t('sql.runTitle')}>
          {t('sql.run')}
        </Button>
      )}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" rightSection={<Icon name="down" size={12} />}>
            {t('sql.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="play" />} onClick={onRunAll} disabled={isRunning}>
            {t('sql.runAll')}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="format" />} onClick={() => void format()}>
            {t('sql.format')}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="notebook" />} onClick={onSave} disabled={text.trim() === ''}>
            {t('sql.save')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" leftSection={<Icon name="save" size={14} />} disabled={text.trim() === ''} onClick={onKeep}>
        {t('sql.keep')}
      </Button>
      <span className="grow" />
      {view === undefined ? (
        <span className="quiet small">
          <Kbd size="xs">Ctrl/⌘ ⏎</Kbd> {t('sql.runTitle')}
        </span>
      ) : (
        <RunLine view={view} />
      )}
    </div>
  )
}

function RunLine({ view }: { readonly view: RunView }) {
  const { t } = useTranslation()
  const now = useNow()
  const { progress } = view
  const parts = [
    t(`runStates.${view.state}`),
    durationText((view.endedAt ?? Math.max(now, view.startedAt)) - view.startedAt),
    progress === undefined ? '' : t('sql.progress', { in: countText(progress.rowsIn), out: countText(progress.rowsOut) }),
  ]
  return (
    <span className="quiet small" role="status" aria-live="off">
      {parts.filter(Boolean).join(' · ')}
    </span>
  )
}
