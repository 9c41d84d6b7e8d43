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

interface NewVersionDialogProps {
  readonly job: Job
  readonly draft: { readonly from: number; readonly spec: JobSpec }
  readonly onPlace: (place: { readonly start: number; readonly end: number }) => void
  readonly onDone: () => void
  readonly onClose: () => void
}

/** The judgement of a new version before it is taken: what is wrong with it, and what becomes of the state. */
export function NewVersionDialog({ job, draft, onPlace, onDone, onClose }: NewVersionDialogProps) {
  const { t } = useTranslation()
  const params = useJobParams()
  const [accepts, setAccepts] = useState(false)
  const [restarts, setRestarts] = useState(job.wanted.state === 'running')
  const check = useQuery({
    queryKey: ['check draft', params, draft.spec],
    queryFn: ({ signal }) =>
      call(
        'POST /workspaces/:workspace/jobs/check',
        { params: { workspace: params.workspace }, body: { spec: draft.spec, job: job.id } },
        signal,
      ),
    gcTime: 0,
  })
  const change = useChange('PUT /workspaces/:workspace/jobs/:job', {
    stale: [
      'GET /workspaces/:workspace/jobs',
      'GET /workspaces/:workspace/jobs/:job',
      'GET /workspaces/:workspace/jobs/:job/versions',
      'GET /workspaces/:workspace/jobs/:job/topology',
    ],
    isShownInPlace: true,
    onDone,
  })
  const drops = check.data?.verdict?.dropsState === true
  const isWrong = (check.data?.diagnostics.length ?? 0) > 0
  return (
    <Confirm
      title={t('form.newVersionTitle', { name: job.spec.name })}
      action={t('form.newVersion')}
      isDangerous={drops}
      isBusy={change.isPending}
      isDisabled={check.isPending || isWrong || (drops && !accepts)}
      onClose={onClose}
      onConfirm={() =>
        change.mutate({
          params,
          body: { spec: draft.spec, expectedVersion: draft.from, restarts, ...(accepts ? { acceptsDroppedState: true } : {}) },
        })
      }
    >
      {check.isPending && <p className="quiet">{t('verdict.checking')}</p>}
      {check.error !== null && <ErrorCard error={check.error} />}
      {check.data !== undefined && <StateVerdict check={check.data} source={draft.spec.program.text} onPlace={onPlace} />}
      {drops && (
        <Checkbox checked={accepts} onChange={({ currentTarget }) => setAccepts(currentTarget.checked)} label={t('verdict.accept')} />
      )}
      {job.wanted.state === 'running' && (
        <Checkbox checked={restarts} onChange={({ currentTarget }) => setRestarts(currentTarget.checked)} label={t('form.restarts')} />
      )}
      {change.error !== null && <ErrorCard error={change.error} />}
    </Confirm>
  )
}
