import { Button } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { LinkButton } from '../parts/link-button.tsx'
import { Page } from '../parts/page.tsx'
import type { readJobsSearch } from '../search.ts'
import { JobFilterBar } from './job-filter-bar.tsx'
import { JobTable } from './job-table.tsx'
import { useJobPages } from './use-job-pages.ts'

const route = getRouteApi('/frame/w/$workspace/jobs')

export type JobsSearch = ReturnType<typeof readJobsSearch>

export function JobsPage() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { rows, total, states, error, isPending, setSight } = useJobPages(workspace, search)
  const lastStates = useRef(states)
  lastStates.current = states ?? lastStates.current
  const counts = states ?? lastStates.current
  const change = (changes: Partial<Record<keyof JobsSearch, string | undefined>>): void => {
    void navigate({ search: (last) => ({ ...last, ...changes }) as JobsSearch, replace: true })
  }
  const isEmpty = counts !== undefined && Object.values(counts).every((count) => count === 0)
  return (
    <Page
      title={t('nav.jobs')}
      isFilled
      actions={may.develop && <MakeJob workspace={workspace} />}
      below={!isEmpty && <JobFilterBar search={search} states={counts} total={total} onChange={change} />}
    >
      {error !== null && (
        <div style={{ padding: '0 24px 12px' }}>
          <ErrorCard error={error} />
        </div>
      )}
      {isEmpty ? (
        <EmptyPage icon="jobs" title={t('jobs.emptyTitle')} text={t('jobs.emptyText')}>
          {may.develop && (
            <LinkButton to="/w/$workspace/sql" params={{ workspace }} variant="default" leftSection={<Icon name="sql" />}>
              {t('jobs.tryInSql')}
            </LinkButton>
          )}
          {may.develop && <MakeJob workspace={workspace} />}
        </EmptyPage>
      ) : total === 0 ? (
        <EmptyPage icon="search" title={t('jobs.noneTitle')} text={t('jobs.noneText')}>
          <Button variant="default" onClick={() => void navigate({ search: {}, replace: true })}>
            {t('jobs.showAll')}
          </Button>
        </EmptyPage>
      ) : (
        <JobTable rows={rows} total={total ?? (isPending ? 12 : rows.length)} search={search} onChange={change} onSight={setSight} />
      )}
    </Page>
  )
}

function MakeJob({ workspace }: { readonly workspace: string }) {
  const { t } = useTranslation()
  return (
    <LinkButton to="/w/$workspace/jobs/new" params={{ workspace }} leftSection={<Icon name="plus" size={14} />}>
      {t('jobs.make')}
    </LinkButton>
  )
}
