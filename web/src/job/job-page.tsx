import { Button } from '@mantine/core'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { WaitingPage } from '../frame/other-pages.tsx'
import { useWorkspace } from '../frame/use-me.ts'
import { type JobAction, possibleActions } from '../jobs/job-action.ts'
import { JobActionDialog } from '../jobs/job-action-dialog.tsx'
import { StateMark } from '../jobs/state-mark.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import style from './job-page.module.css'
import { useJob, useJobParams } from './use-job.ts'

const tabs = [
  ['overview', '/w/$workspace/jobs/$job'],
  ['topology', '/w/$workspace/jobs/$job/topology'],
  ['metrics', '/w/$workspace/jobs/$job/metrics'],
  ['savepoints', '/w/$workspace/jobs/$job/savepoints'],
  ['versions', '/w/$workspace/jobs/$job/versions'],
  ['logs', '/w/$workspace/jobs/$job/logs'],
  ['settings', '/w/$workspace/jobs/$job/settings'],
] as const

export function JobPage() {
  const { job, answeredAt } = useJob()
  return (
    <Page
      title={job.spec.name}
      isFilled
      head={
        <div className={style['head']}>
          <div className="row">
            <Crumb folder={job.spec.folder} />
            <h1 className="one-line" title={job.spec.name}>
              {job.spec.name}
            </h1>
            <span className="quiet">v{job.version}</span>
          </div>
          <StateMark status={job.status} answeredAt={answeredAt} isLong />
        </div>
      }
      actions={<Actions />}
      below={<Tabs />}
    >
      <Suspense fallback={<WaitingPage />}>
        <div className={style['body']}>
          <Outlet />
        </div>
      </Suspense>
    </Page>
  )
}

function Crumb({ folder }: { readonly folder: string }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  return (
    <Link
      to="/w/$workspace/jobs"
      params={{ workspace }}
      search={folder === '' ? {} : { folder }}
      className={style['crumb']}
      aria-label={folder === '' ? t('nav.jobs') : folder}
    >
      <Icon name="left" size={14} />
      <span className="one-line">{folder === '' ? t('nav.jobs') : folder}</span>
    </Link>
  )
}

function Tabs() {
  const { t } = useTranslation()
  const params = useJobParams()
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // Where there is no room for all of them, the open one is in sight.
  useEffect(() => {
    const open = [...(nav.current?.querySelectorAll('a') ?? [])].find((link) => link.pathname === pathname)
    open?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [pathname])
  return (
    <nav ref={nav} className={style['tabs']} aria-label={t('job.tabs')}>
      {tabs.map(([name, to]) => (
        <Link
          key={name}
          to={to}
          params={params}
          className={style['tab']}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {t(`tabs.${name}`)}
        </Link>
      ))}
    </nav>
  )
}

const icons: Readonly<Record<JobAction, IconName>> = { start: 'play', stop: 'stop', restart: 'restart', savepoint: 'camera', remove: 'bin' }

function Actions() {
  const { t } = useTranslation()
  const { job } = useJob()
  const { may } = useWorkspace()
  const [action, setAction] = useState<JobAction>()
  const brief = { id: job.id, name: job.spec.name, version: job.version, wanted: job.wanted, status: job.status }
  const actions = possibleActions(brief, may)
  return (
    <>
      {actions.map((each, index) => (
        <Button
          key={each}
          variant={index === 0 && each === 'start' ? 'filled' : 'default'}
          leftSection={<Icon name={icons[each]} size={14} />}
          onClick={() => setAction(each)}
        >
          {t(`actions.${each}`)}
        </Button>
      ))}
      {action !== undefined && <JobActionDialog action={action} job={brief} onClose={() => setAction(undefined)} />}
    </>
  )
}
