import { useMantineColorScheme } from '@mantine/core'
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { chooseLanguage } from '../language/language.ts'
import { Icon } from '../parts/icon.tsx'
import { useMe, useWorkspace } from './use-me.ts'

/** Everything that can be gone to or done from anywhere, by its first letters; jobs, notebooks and tables are found by the server. */
export function Palette() {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const jobs = useJobActions(text.trim())
  const notebooks = useNotebookActions(text.trim())
  const entries = useCatalogActions(text.trim())
  const actions = usePageActions().filter(({ label = '' }) => label.toLowerCase().includes(text.trim().toLowerCase()))
  const groups = [
    { group: t('palette.pages'), actions },
    { group: t('nav.notebooks'), actions: notebooks },
    { group: t('palette.jobs'), actions: jobs },
    { group: t('nav.catalog'), actions: entries },
  ]
  return (
    <Spotlight
      actions={groups.filter((each) => each.actions.length > 0)}
      query={text}
      onQueryChange={setText}
      filter={(_, found) => found}
      shortcut={['mod + K']}
      nothingFound={t('palette.nothing')}
      searchProps={{ leftSection: <Icon name="search" />, placeholder: t('palette.ask'), 'aria-label': t('palette.ask') }}
      lockScroll={false}
      attributes={{ content: { 'aria-label': t('palette.ask') } }}
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 80 }}
    />
  )
}

function useJobActions(text: string): SpotlightActionData[] {
  const { workspace } = useWorkspace()
  const navigate = useNavigate()
  const { data } = useQuery({
    ...question('GET /workspaces/:workspace/jobs', { params: { workspace }, query: { search: text, limit: 8 } }),
    enabled: text !== '' && workspace !== '',
    placeholderData: keepPreviousData,
  })
  if (text === '' || data === undefined) return []
  return data.items.map(({ id, name, folder }) => ({
    id: `job ${id}`,
    label: name,
    description: folder,
    leftSection: <Icon name="jobs" />,
    onClick: () => void navigate({ to: '/w/$workspace/jobs/$job', params: { workspace, job: id } }),
  }))
}

function useNotebookActions(text: string): SpotlightActionData[] {
  const { workspace } = useWorkspace()
  const navigate = useNavigate()
  const { data } = useQuery({
    ...question('GET /workspaces/:workspace/notebooks', { params: { workspace }, query: { search: text, limit: 5 } }),
    enabled: text !== '' && workspace !== '',
    placeholderData: keepPreviousData,
  })
  if (text === '' || data === undefined) return []
  return data.items.map(({ id, title, folder }) => ({
    id: `notebook ${id}`,
    label: title,
    description: folder,
    leftSection: <Icon name="notebook" />,
    onClick: () => void navigate({ to: '/w/$workspace/notebooks/$notebook', params: { workspace, notebook: id } }),
  }))
}

function useCatalogActions(text: string): SpotlightActionData[] {
  const { workspace } = useWorkspace()
  const navigate = useNavigate()
  const { data } = useQuery({
    ...question('GET /workspaces/:workspace/catalog', { params: { workspace }, query: { search: text, limit: 8 } }),
    enabled: text !== '' && workspace !== '',
    placeholderData: keepPreviousData,
  })
  if (text === '' || data === undefined) return []
  return data.items.map(({ id, kind, path }) => ({
    id: `entry ${id}`,
    label: path.at(-1) ?? '',
    description: path.slice(0, -1).join('.'),
    leftSection: <Icon name={kind === 'connection' ? 'link' : kind === 'database' ? 'folder' : kind} />,
    onClick: () => void navigate({ to: '/w/$workspace/catalog/$entry', params: { workspace, entry: id } }),
  }))
}

function usePageActions(): SpotlightActionData[] {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const me = useMe()
  const navigate = useNavigate()
  const { setColorScheme } = useMantineColorScheme()
  const params = { workspace }
  const inWorkspace: (SpotlightActionData | false)[] = [
    {
      id: 'jobs',
      label: t('nav.jobs'),
      leftSection: <Icon name="jobs" />,
      onClick: () => void navigate({ to: '/w/$workspace/jobs', params }),
    },
    may.develop && {
      id: 'sql',
      label: t('nav.sql'),
      leftSection: <Icon name="sql" />,
      onClick: () => void navigate({ to: '/w/$workspace/sql', params }),
    },
    {
      id: 'catalog',
      label: t('nav.catalog'),
      leftSection: <Icon name="catalog" />,
      onClick: () => void navigate({ to: '/w/$workspace/catalog', params }),
    },
    {
      id: 'alerts',
      label: t('nav.alerts'),
      leftSection: <Icon name="bell" />,
      onClick: () => void navigate({ to: '/w/$workspace/alerts', params }),
    },
    {
      id: 'rules',
      label: t('palette.rules'),
      leftSection: <Icon name="bell" />,
      onClick: () => void navigate({ to: '/w/$workspace/alerts/rules', params }),
    },
    {
      id: 'notebooks',
      label: t('nav.notebooks'),
      leftSection: <Icon name="notebook" />,
      onClick: () => void navigate({ to: '/w/$workspace/notebooks', params }),
    },
    may.develop && {
      id: 'new',
      label: t('jobs.make'),
      leftSection: <Icon name="plus" />,
      onClick: () => void navigate({ to: '/w/$workspace/jobs/new', params }),
    },
    {
      id: 'members',
      label: t('settings.members'),
      leftSection: <Icon name="people" />,
      onClick: () => void navigate({ to: '/w/$workspace/settings', params }),
    },
    may.administer && {
      id: 'tokens',
      label: t('settings.tokens'),
      leftSection: <Icon name="key" />,
      onClick: () => void navigate({ to: '/w/$workspace/settings/tokens', params }),
    },
    may.develop && {
      id: 'secrets',
      label: t('settings.secrets'),
      leftSection: <Icon name="key" />,
      onClick: () => void navigate({ to: '/w/$workspace/settings/secrets', params }),
    },
    may.administer && {
      id: 'audit',
      label: t('settings.audit'),
      leftSection: <Icon name="log" />,
      onClick: () => void navigate({ to: '/w/$workspace/settings/audit', params }),
    },
  ]
  const others: SpotlightActionData[] = me.memberships
    .filter((each) => each.workspace !== workspace)
    .map((each) => ({
      id: `workspace ${each.workspace}`,
      label: t('palette.workspace', { title: each.title }),
      leftSection: <Icon name="folder" />,
      onClick: () => void navigate({ to: '/w/$workspace/jobs', params: { workspace: each.workspace } }),
    }))
  return [
    ...(workspace === '' ? [] : inWorkspace.filter((each) => each !== false)),
    ...others,
    { id: 'dark', label: t('palette.dark'), leftSection: <Icon name="moon" />, onClick: () => setColorScheme('dark') },
    { id: 'light', label: t('palette.light'), leftSection: <Icon name="sun" />, onClick: () => setColorScheme('light') },
    { id: 'en', label: 'English', leftSection: <Icon name="globe" />, onClick: () => void chooseLanguage('en') },
    { id: 'zh', label: '中文', leftSection: <Icon name="globe" />, onClick: () => void chooseLanguage('zh') },
  ]
}
