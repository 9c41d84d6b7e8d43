import { Button, Select } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import type { Job } from '../jobs/job-line.ts'
import { timeText } from '../parts/amount.ts'
import { LineDiff } from './line-diff-view.tsx'
import { RollbackDialog } from './rollback-dialog.tsx'
import { specText } from './spec-text.ts'
import { Part, Tab } from './tab.tsx'
import { useJob, useJobParams } from './use-job.ts'
import style from './versions-tab.module.css'

const route = getRouteApi('/frame/w/$workspace/jobs/$job/versions')

type Version = Answer<'GET /workspaces/:workspace/jobs/:job/versions'>['items'][number]

export function VersionsTab() {
  const { t } = useTranslation()
  const params = useJobParams()
  const { job } = useJob()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data } = useSuspenseQuery(question('GET /workspaces/:workspace/jobs/:job/versions', { params, query: { limit: 200 } }))
  const versions = data.items
  const to = search.to ?? versions[0]?.version ?? 1
  const from = search.from ?? versions.find(({ version }) => version < to)?.version ?? to
  const pick = (changes: { from?: number; to?: number }): void => void navigate({ search: { from, to, ...changes }, replace: true })
  const textOf = (wanted: number): string | undefined => {
    const found = versions.find(({ version }) => version === wanted)
    return found === undefined ? undefined : specText(found.spec)
  }
  return (
    <Tab>
      <Part title={t('versions.list')}>
        <VersionList versions={versions} job={job} shown={to} onShow={(version) => pick({ to: version, from: Math.max(1, version - 1) })} />
      </Part>
      {versions.length > 1 && (
        <Part
          title={t('versions.compare')}
          actions={
            <div className="row">
              <VersionSelect label={t('versions.from')} versions={versions} value={from} onChange={(version) => pick({ from: version })} />
              <span className="quiet">→</span>
              <VersionSelect label={t('versions.to')} versions={versions} value={to} onChange={(version) => pick({ to: version })} />
            </div>
          }
        >
          <LineDiff left={textOf(from)} right={textOf(to)} />
        </Part>
      )}
    </Tab>
  )
}

interface VersionListProps {
  readonly versions: readonly Version[]
  readonly job: Job
  readonly shown: number
  readonly onShow: (version: number) => void
}

function VersionList({ versions, job, shown, onShow }: VersionListProps) {
  const { t } = useTranslation()
  const { may } = useWorkspace()
  const [target, setTarget] = useState<Version>()
  return (
    <section className={`sheet ${style['list']}`} aria-label={t('versions.list')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('jobs.version')}</th>
            <th>{t('versions.at')}</th>
            <th>{t('versions.by')}</th>
            <th>
              <span className="hidden">{t('jobs.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((each) => (
            <tr key={each.version} data-shown={each.version === shown}>
              <td>
                <button type="button" className={style['pick']} onClick={() => onShow(each.version)}>
                  v{each.version}
                </button>{' '}
                {each.version === job.version && <span className="quiet small">{t('versions.current')}</span>}
              </td>
              <td>{timeText(each.at)}</td>
              <td>{each.by}</td>
              <td className="number">
                {may.develop && each.version !== job.version && (
                  <Button variant="subtle" onClick={() => setTarget(each)}>
                    {t('versions.rollback')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {target !== undefined && (
        <RollbackDialog job={job} version={target.version} spec={target.spec} onClose={() => setTarget(undefined)} />
      )}
    </section>
  )
}

interface VersionSelectProps {
  readonly label: string
  readonly versions: readonly Version[]
  readonly value: number
  readonly onChange: (version: number) => void
}

function VersionSelect({ label, versions, value, onChange }: VersionSelectProps) {
  const data = versions.map(({ version }) => ({ value: String(version), label: `v${version}` }))
  return (
    <Select
      aria-label={label}
      w={86}
      data={data}
      value={String(value)}
      onChange={(chosen) => chosen !== null && onChange(Number(chosen))}
    />
  )
}
