import { Kbd } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon, type IconName, Mark } from '../parts/icon.tsx'
import { AlertBadge } from './alert-badge.tsx'
import style from './navigation.module.css'
import { useMe, useWorkspace } from './use-me.ts'
import { UserMenu } from './user-menu.tsx'
import { WorkspaceSwitcher } from './workspace-switcher.tsx'

const isMac = navigator.platform.startsWith('Mac')

export function Navigation() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { isServerAdmin } = useMe()
  return (
    <nav className={style['navigation']} aria-label={t('frame.navigation')}>
      <div className={style['brand']}>
        <Mark size={22} />
        <span>Millrace</span>
      </div>
      <WorkspaceSwitcher />
      <button type="button" className={style['find']} onClick={() => spotlight.open()}>
        <Icon name="search" size={15} />
        <span className="grow">{t('frame.find')}</span>
        <Kbd size="xs">{isMac ? '⌘K' : 'Ctrl K'}</Kbd>
      </button>
      {workspace !== '' && (
        <ul className={style['list']}>
          {may.develop && <Entry to="/w/$workspace/sql" icon="sql" name={t('nav.sql')} workspace={workspace} />}
          <Entry to="/w/$workspace/notebooks" icon="notebook" name={t('nav.notebooks')} workspace={workspace} />
          <Entry to="/w/$workspace/jobs" icon="jobs" name={t('nav.jobs')} workspace={workspace} />
          <Entry to="/w/$workspace/catalog" icon="catalog" name={t('nav.catalog')} workspace={workspace} />
          <Entry
            to="/w/$workspace/alerts"
            icon="bell"
            name={t('nav.alerts')}
            workspace={workspace}
            badge={<AlertBadge workspace={workspace} />}
          />
          <Entry to="/w/$workspace/settings" icon="settings" name={t('nav.settings')} workspace={workspace} />
        </ul>
      )}
      <div className="grow" />
      {isServerAdmin && (
        <ul className={style['list']}>
          <li>
            <Link to="/people" className={style['entry']} activeProps={{ 'aria-current': 'page' }}>
              <Icon name="people" />
              {t('nav.people')}
            </Link>
          </li>
        </ul>
      )}
      <UserMenu />
    </nav>
  )
}

interface EntryProps {
  readonly to:
    | '/w/$workspace/sql'
    | '/w/$workspace/notebooks'
    | '/w/$workspace/jobs'
    | '/w/$workspace/catalog'
    | '/w/$workspace/alerts'
    | '/w/$workspace/settings'
  readonly icon: IconName
  readonly name: string
  readonly workspace: string
  readonly badge?: ReactNode
}

function Entry({ to, icon, name, workspace, badge }: EntryProps) {
  return (
    <li>
      <Link
        to={to}
        params={{ workspace }}
        className={style['entry']}
        activeProps={{ 'aria-current': 'page' }}
        activeOptions={{ exact: false, includeSearch: false }}
      >
        <Icon name={icon} />
        {name}
        {badge}
      </Link>
    </li>
  )
}
