import { ActionIcon, Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { JobActionDialog } from '../jobs/job-action-dialog.tsx'
import { bytesText, timeText } from '../parts/amount.ts'
import { Confirm } from '../parts/confirm.tsx'
import { EmptyPage } from '../parts/empty-page.tsx'
import { FailureCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { Part, Tab } from './tab.tsx'
import { useJob, useJobParams } from './use-job.ts'

type Savepoint = Answer<'GET /workspaces/:workspace/jobs/:job/savepoints'>[number]

export function SavepointsTab() {
  const { t } = useTranslation()
  const params = useJobParams()
  const { may } = useWorkspace()
  const { job } = useJob()
  const [isTaking, setTaking] = useState(false)
  const { data } = useSuspenseQuery({
    ...question('GET /workspaces/:workspace/jobs/:job/savepoints', { params }),
    refetchInterval: ({ state }) => (state.data?.some((each) => each.state !== 'completed' && each.state !== 'failed') ? 1000 : 10_000),
  })
  const brief = { id: job.id, name: job.spec.name, version: job.version, wanted: job.wanted, status: job.status }
  const take = may.operate && (
    <Button
      variant="default"
      leftSection={<Icon name="camera" size={14} />}
      disabled={job.status.state !== 'running'}
      onClick={() => setTaking(true)}
    >
      {t('actions.savepoint')}
    </Button>
  )
  return (
    <Tab>
      {data.length === 0 ? (
        <EmptyPage icon="camera" title={t('savepoints.emptyTitle')} text={t('savepoints.emptyText')}>
          {take}
        </EmptyPage>
      ) : (
        <Part title={t('tabs.savepoints')} actions={take}>
          <SavepointTable savepoints={data} />
        </Part>
      )}
      {isTaking && <JobActionDialog action="savepoint" job={brief} onClose={() => setTaking(false)} />}
    </Tab>
  )
}

function SavepointTable({ savepoints }: { readonly savepoints: readonly Savepoint[] }) {
  const { t } = useTranslation()
  const { may } = useWorkspace()
  const [removed, setRemoved] = useState<Savepoint>()
  return (
    <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('tabs.savepoints')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('savepoints.asked')}</th>
            <th>{t('savepoints.state')}</th>
            <th>{t('jobs.version')}</th>
            <th className="number">{t('savepoints.size')}</th>
            <th>{t('savepoints.place')}</th>
            <th>{t('savepoints.by')}</th>
            <th>
              <span className="hidden">{t('jobs.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {savepoints.map((savepoint) => (
            <tr key={savepoint.id}>
              <td className="one-line">{timeText(savepoint.askedAt)}</td>
              <td>
                {t(`savepointStates.${savepoint.state}`)}
                {savepoint.failure !== null && <FailureCard failure={savepoint.failure} />}
              </td>
              <td>v{savepoint.version}</td>
              <td className="number">{savepoint.bytes === null ? '–' : bytesText(savepoint.bytes)}</td>
              <td className="mono">{savepoint.place ?? '–'}</td>
              <td>{savepoint.askedBy}</td>
              <td>
                {may.operate && (savepoint.state === 'completed' || savepoint.state === 'failed') && (
                  <ActionIcon
                    aria-label={t('savepoints.remove', { time: timeText(savepoint.askedAt) })}
                    onClick={() => setRemoved(savepoint)}
                  >
                    <Icon name="bin" />
                  </ActionIcon>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {removed !== undefined && <RemoveSavepoint savepoint={removed} onClose={() => setRemoved(undefined)} />}
    </section>
  )
}

function RemoveSavepoint({ savepoint, onClose }: { readonly savepoint: Savepoint; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const params = useJobParams()
  const remove = useChange('DELETE /workspaces/:workspace/jobs/:job/savepoints/:savepoint', {
    stale: ['GET /workspaces/:workspace/jobs/:job/savepoints'],
    onDone: onClose,
  })
  return (
    <Confirm
      title={t('savepoints.remove', { time: timeText(savepoint.askedAt) })}
      action={t('actions.remove')}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { ...params, savepoint: savepoint.id } })}
    >
      <p>{t('savepoints.removeText')}</p>
    </Confirm>
  )
}
