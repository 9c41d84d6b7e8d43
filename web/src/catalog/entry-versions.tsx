import { Select } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { LineDiff } from '../job/line-diff-view.tsx'
import { Part } from '../job/tab.tsx'
import { timeText } from '../parts/amount.ts'
import style from './catalog.module.css'
import type { Entry } from './entry-name.ts'

const route = getRouteApi('/frame/w/$workspace/catalog/$entry')

/** Who changed it when, and what differs between two versions. */
export function EntryVersions({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data: versions } = useSuspenseQuery(
    question('GET /workspaces/:workspace/catalog/:entry/versions', { params: { workspace, entry: entry.id } }),
  )
  const to = search.to ?? versions[0]?.version ?? 1
  const from = search.from ?? versions.find(({ version }) => version < to)?.version ?? to
  const pick = (changes: { from?: number; to?: number }): void =>
    void navigate({ search: { view: 'versions', from, to, ...changes }, replace: true })
  const textOf = (wanted: number): string | undefined => versions.find(({ version }) => version === wanted)?.text
  const choices = versions.map(({ version }) => ({ value: String(version), label: `v${version}` }))
  return (
    <section className={style['scroll']}>
      <div className="stack wide" style={{ maxWidth: 1240 }}>
        <Part title={t('versions.list')}>
          <section className="sheet" style={{ maxHeight: 300, overflow: 'auto' }} aria-label={t('versions.list')} tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th>{t('jobs.version')}</th>
                  <th>{t('versions.at')}</th>
                  <th>{t('versions.by')}</th>
                </tr>
              </thead>
              <tbody>
                {versions.map(({ version, at, by }) => (
                  <tr key={version}>
                    <td>
                      v{version} {version === entry.version && <span className="quiet small">{t('versions.current')}</span>}
                    </td>
                    <td>{timeText(at)}</td>
                    <td>{by}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </Part>
        {versions.length > 1 && (
          <Part
            title={t('versions.compare')}
            actions={
              <div className="row">
                <Select
                  aria-label={t('versions.from')}
                  w={90}
                  data={choices}
                  value={String(from)}
                  onChange={(value) => pick({ from: Number(value) })}
                />
                <span className="quiet">→</span>
                <Select
                  aria-label={t('versions.to')}
                  w={90}
                  data={choices}
                  value={String(to)}
                  onChange={(value) => pick({ to: Number(value) })}
                />
              </div>
            }
          >
            <LineDiff left={textOf(from)} right={textOf(to)} />
          </Part>
        )}
      </div>
    </section>
  )
}
