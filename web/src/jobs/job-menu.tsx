import { ActionIcon, Menu } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { type JobAction, type JobInBrief, possibleActions } from './job-action.ts'
import { JobActionDialog } from './job-action-dialog.tsx'

const icons: Readonly<Record<JobAction, IconName>> = { start: 'play', stop: 'stop', restart: 'restart', savepoint: 'camera', remove: 'bin' }

/** What can be done with a job, from wherever it is listed. */
export function JobMenu({ job }: { readonly job: JobInBrief }) {
  const { t } = useTranslation()
  const { may } = useWorkspace()
  const [action, setAction] = useState<JobAction>()
  const actions = possibleActions(job, may)
  if (actions.length === 0) return null
  return (
    <>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={t('jobs.actionsOf', { name: job.name })}>
            <Icon name="more" size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {actions.map((each) => (
            <Menu.Item key={each} leftSection={<Icon name={icons[each]} />} onClick={() => setAction(each)}>
              {t(`actions.${each}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {action !== undefined && <JobActionDialog action={action} job={job} onClose={() => setAction(undefined)} />}
    </>
  )
}
