import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import tabStyle from '../job/job-page.module.css'
import { Page } from '../parts/page.tsx'

interface SettingsFrameProps {
  readonly title: string
  readonly text: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** The settings of one workspace. */
export function SettingsFrame({ title, text, actions, children }: SettingsFrameProps) {
  const { t } = useTranslation()
  const { workspace, title: workspaceTitle, may } = useWorkspace()
  const params = { workspace }
  const exact = { exact: true, includeSearch: false }
  const current = { 'aria-current': 'page' } as const
  const tab = tabStyle['tab'] ?? ''
  return (
    <Page
      title={title}
      head={<h1>{t('settings.of', { title: workspaceTitle })}</h1>}
      actions={actions}
      below={
        <nav className={tabStyle['tabs']} aria-label={t('nav.settings')}>
          <Link to="/w/$workspace/settings" params={params} className={tab} activeOptions={exact} activeProps={current}>
            {t('settings.members')}
          </Link>
          {may.administer && (
            <Link to="/w/$workspace/settings/tokens" params={params} className={tab} activeProps={current}>
              {t('settings.tokens')}
            </Link>
          )}
          {may.develop && (
            <Link to="/w/$workspace/settings/secrets" params={params} className={tab} activeProps={current}>
              {t('settings.secrets')}
            </Link>
          )}
          {may.administer && (
            <Link
              to="/w/$workspace/settings/audit"
              params={params}
              className={tab}
              activeOptions={{ includeSearch: false }}
              activeProps={current}
            >
              {t('settings.audit')}
            </Link>
          )}
        </nav>
      }
    >
      <div className="stack">
        <p className="quiet small">{text}</p>
        {children}
      </div>
    </Page>
  )
}
