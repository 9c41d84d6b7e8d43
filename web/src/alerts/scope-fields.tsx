import { MultiSelect, Select, TagsInput, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import style from './alerts.module.css'
import type { RuleFieldsProps, RuleSpec } from './condition.ts'

type Scope = RuleSpec['scope']

const firstScopes: { readonly [Kind in Scope['kind']]: Extract<Scope, { readonly kind: Kind }> } = {
  all: { kind: 'all' },
  matching: { kind: 'matching', folder: null, tags: [], latencyTier: null },
  jobs: { kind: 'jobs', jobs: [] },
}

/** Which jobs a rule is about. */
export function ScopeFields({ spec: { scope }, change }: RuleFieldsProps) {
  const { t } = useTranslation()
  const kinds = Object.keys(firstScopes) as readonly Scope['kind'][]
  return (
    <>
      <Select
        label={t('rules.scope')}
        data={kinds.map((value) => ({ value, label: t(`ruleScopes.${value}`) }))}
        value={scope.kind}
        onChange={(kind) => kind !== null && change({ scope: firstScopes[kind] })}
      />
      {scope.kind === 'jobs' && <JobsField jobs={scope.jobs} onChange={(jobs) => change({ scope: { kind: 'jobs', jobs } })} />}
      {scope.kind === 'matching' && <MatchFields scope={scope} onChange={(next) => change({ scope: next })} />}
    </>
  )
}

/** Jobs are found by the server; those that are picked stay in the list whatever is typed. */
function JobsField({ jobs, onChange }: { readonly jobs: string[]; readonly onChange: (jobs: string[]) => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const [search, setSearch] = useState('')
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  const { data } = useQuery({
    ...question('GET /workspaces/:workspace/jobs', { params: { workspace }, query: { search, limit: 50 } }),
    placeholderData: keepPreviousData,
  })
  const found = (data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
  const picked = jobs.filter((id) => !found.some(({ value }) => value === id)).map((id) => ({ value: id, label: names.get(id) ?? id }))
  return (
    <MultiSelect
      label={t('rules.jobs')}
      data={[...found, ...picked]}
      value={jobs}
      onChange={(next) => {
        setNames(new Map([...names, ...found.map(({ value, label }) => [value, label] as const)]))
        onChange(next)
      }}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      hidePickedOptions
    />
  )
}

function MatchFields({
  scope,
  onChange,
}: {
  readonly scope: Extract<Scope, { kind: 'matching' }>
  readonly onChange: (scope: Scope) => void
}) {
  const { t } = useTranslation()
  return (
    <div className={style['three']}>
      <TextInput
        label={t('form.folder')}
        value={scope.folder ?? ''}
        maxLength={500}
        onChange={({ currentTarget: { value } }) => onChange({ ...scope, folder: value === '' ? null : value })}
      />
      <TagsInput label={t('form.tags')} value={scope.tags} onChange={(tags) => onChange({ ...scope, tags })} />
      <Select
        label={t('form.latency')}
        data={(['seconds', 'minutes'] as const).map((value) => ({ value, label: t(`tiers.${value}`) }))}
        value={scope.latencyTier}
        onChange={(latencyTier) => onChange({ ...scope, latencyTier })}
        clearable
      />
    </div>
  )
}
