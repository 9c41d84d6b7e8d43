import { ActionIcon, Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Chip } from '../parts/chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { jobSorts, jobStates } from '../search.ts'
import style from './job-filter-bar.module.css'
import type { JobsSearch } from './jobs-page.tsx'
import { StateSign } from './state-mark.tsx'

interface JobFilterBarProps {
  readonly search: JobsSearch
  readonly states: Readonly<Record<string, number>> | undefined
  readonly total: number | undefined
  readonly onChange: (changes: Partial<Record<keyof JobsSearch, string | undefined>>) => void
}

export function JobFilterBar({ search, states, total, onChange }: JobFilterBarProps) {
  const { t } = useTranslation()
  const all = Object.values(states ?? {}).reduce((sum, count) => sum + count, 0)
  const hasNoState = search.state === undefined && search.evidence === undefined
  return (
    <div className={style['bar']}>
      <fieldset className={style['chips']}>
        <legend className={style['legend']}>{t('jobs.byState')}</legend>
        <Chip isOn={hasNoState} label={t('jobs.all')} count={all} onClick={() => onChange({ state: undefined, evidence: undefined })} />
        {jobStates
          .filter((state) => (states?.[state] ?? 0) > 0 || search.state === state)
          .map((state) => (
            <Chip
              key={state}
              isOn={search.state === state}
              label={t(`states.${state}`)}
              count={states?.[state] ?? 0}
              sign={<StateSign state={state} />}
              onClick={() => onChange({ state: search.state === state ? undefined : state, evidence: undefined })}
            />
          ))}
        <Chip
          isOn={search.evidence === 'unreachable'}
          isHatched
          label={t('jobs.unreachable')}
          onClick={() => onChange({ evidence: search.evidence === undefined ? 'unreachable' : undefined, state: undefined })}
        />
      </fieldset>
      <div className={style['find']}>
        <SearchField
          label={t('jobs.search')}
          text={search.search ?? ''}
          onChange={(text) => onChange({ search: text === '' ? undefined : text })}
        />
        <Picked search={search} onChange={onChange} />
        <span className="grow" />
        {total !== undefined && (
          <span className="quiet small" role="status">
            {t('jobs.count', { count: total })}
          </span>
        )}
        <SortMenu search={search} onChange={onChange} />
      </div>
    </div>
  )
}

/** What was chosen by a click on a tag, a folder or an owner; a click takes it away. */
function Picked({ search, onChange }: Pick<JobFilterBarProps, 'search' | 'onChange'>) {
  const { t } = useTranslation()
  const names = ['tag', 'folder', 'owner'] as const
  return names.map((name) => {
    const value = search[name]
    if (value === undefined) return null
    return (
      <button key={name} type="button" className={style['picked']} onClick={() => onChange({ [name]: undefined })} title={t('jobs.unpick')}>
        <Icon name={name === 'owner' ? 'person' : name} size={13} />
        <span className="one-line">{value}</span>
        <Icon name="close" size={12} />
      </button>
    )
  })
}

function SortMenu({ search, onChange }: Pick<JobFilterBarProps, 'search' | 'onChange'>) {
  const { t } = useTranslation()
  const current = search.sort ?? 'name'
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={t('jobs.sort')} title={t('jobs.sort')}>
          <Icon name="format" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('jobs.sort')}</Menu.Label>
        {jobSorts.map((sort) => (
          <Menu.Item
            key={sort}
            rightSection={sort === current ? <Icon name="check" /> : undefined}
            onClick={() => onChange({ sort: sort === 'name' ? undefined : sort })}
          >
            {t(`sorts.${sort}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
