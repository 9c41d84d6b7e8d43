import { Checkbox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { useChange } from '../api/use-change.ts'
import type { Job, JobSpec } from '../jobs/job-line.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { StateVerdict } from './state-verdict.tsx'
import { useJobParams } from './use-job.ts'

interface RollbackDialogProps {
  readonly job: Job
  readonly version: number
  readonly spec: JobSpec
  readonly onClose: () => void
}

/** Makes an earlier version the newest again, once it is known what that does to state. */
export function RollbackDialog({ job, version, spec, onClose }: RollbackDialogProps) {
  const { t } = useTranslation()
  const params = useJobParams()
  const { workspace } = params
  const [restarts, setRestarts] = useState(job.wanted.state === 'running')
  const [accepts, setAccepts] = useState(false)
  const check = useQuery({
    queryKey: ['check version', params, version],
    queryFn: ({ signal }) => call('POST /workspaces/:workspace/jobs/check', { params: { workspace }, body: { spec, job: job.id } }, signal),
    gcTime: 0,
  })
  const rollback = useChange('POST /workspaces/:workspace/jobs/:job/versions/:version/rollback', {
    stale: [
      'GET /workspaces/:workspace/jobs/:job',
      'GET /workspaces/:workspace/jobs/:job/versions',
      'GET /workspaces/:workspace/jobs/:job/topology',
    ],
    onDone: onClose,
    isShownInPlace: true,
  })
  const drops = check.data?.verdict?.dropsState === true
  const isWrong = (check.data?.diagnostics.length ?? 0) > 0
  return (
    <Confirm
      title={t('versions.rollbackTitle', { version })}
      action={t('versions.rollback')}
      isDangerous={drops}
      isBusy={rollback.isPending}
      isDisabled={check.isPending || isWrong || (drops && !accepts)}
      onClose={onClose}
      onConfirm={() =>
        rollback.mutate({
          params: { ...params, version: String(version) },
          body: { restarts, ...(accepts ? { acceptsDroppedState: true } : {}) },
        })
      }
    >
      <p>{t('versions.rollbackText', { version })}</p>
      {check.isPending && <p className="quiet">{t('verdict.checking')}</p>}
      {check.error !== null && <ErrorCard error={check.error} />}
      {check.data !== undefined && <StateVerdict check={check.data} source={spec.program.text} />}
      {drops && (
        <Checkbox checked={accepts} onChange={({ currentTarget }) => setAccepts(currentTarget.checked)} label={t('verdict.accept')} />
      )}
      {job.wanted.state === 'running' && (
        <Checkbox checked={restarts} onChange={({ currentTarget }) => setRestarts(currentTarget.checked)} label={t('versions.restarts')} />
      )}
      {rollback.error !== null && <ErrorCard error={rollback.error} />}
    </Confirm>
  )
}
