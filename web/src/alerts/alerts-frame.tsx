import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import tabStyle from '../job/job-page.module.css'
import { Page } from '../parts/page.tsx'

const tabs = [
  ['now', '/w/$workspace/alerts'],
  ['history', '/w/$workspace/alerts/history'],
  ['rules', '/w/$workspace/alerts/rules'],
  ['channels', '/w/$workspace/alerts/channels'],
] as const

interface AlertsFrameProps {
  readonly tab: (typeof tabs)[number][0]
  readonly text: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** Everything that people are told of, and how. */
export function AlertsFrame({ tab, text, actions, children }: AlertsFrameProps) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  return (
    <Page
      title={t(`alertTabs.${tab}`)}
      head={<h1>{t('nav.alerts')}</h1>}
      actions={actions}
      below={
        <nav className={tabStyle['tabs']} aria-label={t('nav.alerts')}>
          {tabs
            .filter(([name]) => name !== 'channels' || may.operate)
            .map(([name, to]) => (
              <Link
                key={name}
                to={to}
                params={{ workspace }}
                className={tabStyle['tab']}
                activeOptions={{ exact: true, includeSearch: false }}
                activeProps={{ 'aria-current': 'page' }}
              >
                {t(`alertTabs.${name}`)}
              </Link>
            ))}
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
