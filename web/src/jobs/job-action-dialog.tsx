import { Checkbox, Radio, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { StateVerdict } from '../job/state-verdict.tsx'
import { timeText } from '../parts/amount.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import type { JobAction, JobInBrief } from './job-action.ts'

interface DialogProps {
  readonly job: JobInBrief
  readonly onClose: () => void
}

const stale = [
  'GET /workspaces/:workspace/jobs',
  'GET /workspaces/:workspace/jobs/:job',
  'GET /workspaces/:workspace/jobs/:job/savepoints',
] as const

/** Asks before a job is acted on, and says what will happen. */
export function JobActionDialog({ action, job, onClose }: DialogProps & { readonly action: JobAction }) {
  switch (action) {
    case 'start':
    case 'restart':
      return <StartDialog verb={action} job={job} onClose={onClose} />
    case 'stop':
      return <StopDialog job={job} onClose={onClose} />
    case 'savepoint':
      return <SavepointDialog job={job} onClose={onClose} />
    case 'remove':
      return <RemoveDialog job={job} onClose={onClose} />
  }
}

function useParamsOf(job: JobInBrief) {
  const { workspace } = useWorkspace()
  return { workspace, job: job.id }
}

function StartDialog({ verb, job, onClose }: DialogProps & { readonly verb: 'start' | 'restart' }) {
  const { t } = useTranslation()
  const params = useParamsOf(job)
  const { may } = useWorkspace()
  const [from, setFrom] = useState('newest')
  const [allowsDroppedState, setAllows] = useState(false)
  const savepoints = useQuery(question('GET /workspaces/:workspace/jobs/:job/savepoints', { params }))
  const done = { stale, onDone: onClose, isShownInPlace: true }
  const start = useChange('POST /workspaces/:workspace/jobs/:job/start', done)
  const restart = useChange('POST /workspaces/:workspace/jobs/:job/restart', done)
  const change = verb === 'start' ? start : restart
  const begin = (): void => {
    const origin = from === 'newest' || from === 'empty' ? ({ kind: from } as const) : ({ kind: 'savepoint', id: from } as const)
    change.mutate({ params, body: { version: job.version, from: origin, ...(allowsDroppedState ? { allowsDroppedState } : {}) } })
  }
  const isNamed = from !== 'newest' && from !== 'empty'
  const check = useQuery({
    queryKey: ['check savepoint', params, job.version, from],
    queryFn: async ({ signal }) => {
      const { spec } = await call('GET /workspaces/:workspace/jobs/:job', { params }, signal)
      const body = { spec, job: job.id, from: { kind: 'savepoint', id: from } } as const
      return { spec, found: await call('POST /workspaces/:workspace/jobs/check', { params, body }, signal) }
    },
    enabled: isNamed && may.develop,
    gcTime: 0,
  })
  const drops = isNamed && check.data?.found.verdict?.dropsState === true
  const completed = savepoints.data?.filter(({ state }) => state === 'completed') ?? []
  return (
    <Confirm
      title={t(`ask.${verb}Title`, { name: job.name })}
      action={t(`actions.${verb}`)}
      isDangerous={drops}
      isBusy={change.isPending}
      isDisabled={check.isLoading || (drops && !allowsDroppedState)}
      onClose={onClose}
      onConfirm={begin}
    >
      <p>{t(`ask.${verb}Text`, { version: job.version })}</p>
      <Radio.Group value={from} onChange={setFrom} label={t('ask.from')}>
        <Stack gap={8} mt={4}>
          <Radio value="newest" label={t('ask.fromNewest')} description={t('ask.fromNewestText')} />
          {completed.slice(0, 5).map(({ id, askedAt, version }) => (
            <Radio key={id} value={id} label={t('ask.fromSavepoint', { time: timeText(askedAt), version })} />
          ))}
          <Radio value="empty" label={t('ask.fromEmpty')} description={t('ask.fromEmptyText')} />
        </Stack>
      </Radio.Group>
      {check.isLoading && <p className="quiet">{t('verdict.checking')}</p>}
      {check.error !== null && <ErrorCard error={check.error} />}
      {isNamed && check.data !== undefined && <StateVerdict check={check.data.found} source={check.data.spec.program.text} />}
      <Checkbox
        checked={allowsDroppedState}
        onChange={({ currentTarget }) => setAllows(currentTarget.checked)}
        label={t('ask.allowsDropped')}
      />
      {change.error !== null && <ErrorCard error={change.error} />}
    </Confirm>
  )
}

function StopDialog({ job, onClose }: DialogProps) {
  const { t } = useTranslation()
  const params = useParamsOf(job)
  const [how, setHow] = useState<'checkpoint' | 'savepoint' | 'now'>('checkpoint')
  const stop = useChange('POST /workspaces/:workspace/jobs/:job/stop', { stale, onDone: onClose, isShownInPlace: true })
  return (
    <Confirm
      title={t('ask.stopTitle', { name: job.name })}
      action={t('actions.stop')}
      isDangerous={how === 'now'}
      isBusy={stop.isPending}
      onClose={onClose}
      onConfirm={() => stop.mutate({ params, body: { how } })}
    >
      <p>{t('ask.stopText')}</p>
      <Radio.Group value={how} onChange={(value) => setHow(value)} label={t('ask.how')}>
        <Stack gap={8} mt={4}>
          {(['checkpoint', 'savepoint', 'now'] as const).map((each) => (
            <Radio key={each} value={each} label={t(`ask.stop.${each}`)} description={t(`ask.stopWhy.${each}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {stop.error !== null && <ErrorCard error={stop.error} />}
    </Confirm>
  )
}

function SavepointDialog({ job, onClose }: DialogProps) {
  const { t } = useTranslation()
  const params = useParamsOf(job)
  const take = useChange('POST /workspaces/:workspace/jobs/:job/savepoints', { stale, onDone: onClose, isShownInPlace: true })
  return (
    <Confirm
      title={t('ask.savepointTitle', { name: job.name })}
      action={t('actions.savepoint')}
      isBusy={take.isPending}
      onClose={onClose}
      onConfirm={() => take.mutate({ params })}
    >
      <p>{t('ask.savepointText')}</p>
      {take.error !== null && <ErrorCard error={take.error} />}
    </Confirm>
  )
}

function RemoveDialog({ job, onClose }: DialogProps) {
  const { t } = useTranslation()
  const params = useParamsOf(job)
  const navigate = useNavigate()
  const address = useParams({ strict: false })
  const [typed, setTyped] = useState('')
  const remove = useChange('DELETE /workspaces/:workspace/jobs/:job', {
    stale: ['GET /workspaces/:workspace/jobs'],
    isShownInPlace: true,
    onDone: () => {
      onClose()
      if (address.job !== undefined) void navigate({ to: '/w/$workspace/jobs', params })
    },
  })
  return (
    <Confirm
      title={t('ask.removeTitle', { name: job.name })}
      action={t('actions.remove')}
      isDangerous
      isBusy={remove.isPending}
      isDisabled={typed !== job.name}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params })}
    >
      <p>{t('ask.removeText')}</p>
      <TextInput
        label={t('ask.typeName', { name: job.name })}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        data-autofocus
      />
      {remove.error !== null && <ErrorCard error={remove.error} />}
    </Confirm>
  )
}
