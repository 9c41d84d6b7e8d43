import { ActionIcon } from '@mantine/core'
import { Outlet, useLocation } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon, Mark } from '../parts/icon.tsx'
import style from './frame.module.css'
import { keepWorkspace } from './last-workspace.ts'
import { Navigation } from './navigation.tsx'
import { OutageBanner } from './outage-banner.tsx'
import { Palette } from './palette.tsx'
import { useFollowedChanges } from './use-followed-changes.ts'
import { useWorkspace } from './use-me.ts'

/** What stays around every page: the way to the others, and word of a server that is gone. */
export function Frame() {
  const { t } = useTranslation()
  const { workspace, title } = useWorkspace()
  const [isOpen, setOpen] = useState(false)
  const { pathname } = useLocation()
  useFollowedChanges(workspace)
  useEffect(() => {
    if (workspace !== '') keepWorkspace(workspace)
  }, [workspace])
  useEffect(() => {
    if (pathname !== '') setOpen(false)
  }, [pathname])
  return (
    <div className={style['frame']}>
      <a className="skip-link" href="#page">
        {t('frame.skip')}
      </a>
      <header className={style['top']}>
        <ActionIcon onClick={() => setOpen(!isOpen)} aria-label={t('frame.menu')} aria-expanded={isOpen}>
          <Icon name={isOpen ? 'close' : 'menu'} size={18} />
        </ActionIcon>
        <Mark size={20} />
        <span className="strong one-line">{title === '' ? 'Millrace' : title}</span>
      </header>
      <div className={style['side']} data-open={isOpen}>
        <Navigation />
      </div>
      <div className={style['main']}>
        <OutageBanner />
        <main id="page" className={style['page']} tabIndex={-1}>
          <Suspense>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Palette />
    </div>
  )
}
