import { ActionIcon } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import style from './sql-page.module.css'
import { canAdd, type SqlTab } from './sql-tabs.ts'

interface SqlTabBarProps {
  readonly tabs: readonly SqlTab[]
  readonly current: string
  readonly onShow: (id: string) => void
  readonly onAdd: () => void
  readonly onRename: (id: string, title: string) => void
  readonly onClose: (id: string) => void
}

export function SqlTabBar({ tabs, current, onShow, onAdd, onRename, onClose }: SqlTabBarProps) {
  const { t } = useTranslation()
  const [renamed, setRenamed] = useState<string>()
  return (
    <nav className={style['tabs']} aria-label={t('sql.tabs')}>
      {tabs.map(({ id, title }) => (
        <span key={id} className={style['tab']} data-current={id === current}>
          {renamed === id ? (
            <TitleField
              title={title}
              onDone={(next) => {
                setRenamed(undefined)
                if (next !== '') onRename(id, next)
              }}
            />
          ) : (
            <button
              type="button"
              className="one-line"
              aria-current={id === current ? 'page' : undefined}
              title={t('sql.rename')}
              onClick={() => onShow(id)}
              onDoubleClick={() => setRenamed(id)}
            >
              {title}
            </button>
          )}
          <button type="button" aria-label={t('sql.closeTab', { title })} onClick={() => onClose(id)}>
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <ActionIcon aria-label={t('sql.newTab')} title={t('sql.newTab')} disabled={!canAdd(tabs)} onClick={onAdd}>
        <Icon name="plus" />
      </ActionIcon>
    </nav>
  )
}

function TitleField({ title, onDone }: { readonly title: string; readonly onDone: (title: string) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(title)
  return (
    <input
      ref={(input) => input?.focus()}
      aria-label={t('sql.rename')}
      value={typed}
      maxLength={60}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      onBlur={() => onDone(typed.trim())}
      onKeyDown={({ key }) => {
        if (key === 'Enter') onDone(typed.trim())
        if (key === 'Escape') onDone(title)
      }}
    />
  )
}
