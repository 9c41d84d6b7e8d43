import { Checkbox, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { spanText } from './condition.ts'

interface Named {
  readonly id: string
  readonly name: string
}

interface SilenceDialogProps {
  readonly rule: Named
  readonly job: Named | null
  readonly onClose: () => void
}

const hourMs = 3_600_000
const durations = [hourMs / 2, hourMs, 4 * hourMs, 24 * hourMs, 7 * 24 * hourMs] as const

/** Somebody knows and works at it: nobody is told again for a time. */
export function SilenceDialog({ rule, job, onClose }: SilenceDialogProps) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const [lastsMs, setLastsMs] = useState<number>(hourMs)
  const [isForAll, setForAll] = useState(job === null)
  const [comment, setComment] = useState('')
  const make = useChange('POST /workspaces/:workspace/alert-silences', {
    stale: ['GET /workspaces/:workspace/alert-silences', 'GET /workspaces/:workspace/alerts'],
    onDone: onClose,
    isShownInPlace: true,
  })
  const silence = (): void => {
    const from = Date.now()
    const body = { rule: rule.id, job: isForAll ? null : (job?.id ?? null), from, until: from + lastsMs, comment }
    make.mutate({ params: { workspace }, body })
  }
  return (
    <Confirm
      title={t('silences.make', { name: rule.name })}
      action={t('alerts.silence')}
      isBusy={make.isPending}
      onClose={onClose}
      onConfirm={silence}
    >
      <p>{t('silences.text')}</p>
      <Select
        label={t('silences.lasts')}
        data={durations.map((value) => ({ value: String(value), label: spanText(value) }))}
        value={String(lastsMs)}
        onChange={(value) => setLastsMs(Number(value ?? hourMs))}
      />
      {job !== null && (
        <Checkbox
          label={t('silences.forAll')}
          description={t('silences.forOne', { name: job.name })}
          checked={isForAll}
          onChange={({ currentTarget }) => setForAll(currentTarget.checked)}
        />
      )}
      <TextInput
        label={t('silences.comment')}
        maxLength={1000}
        value={comment}
        onChange={({ currentTarget }) => setComment(currentTarget.value)}
      />
      {make.error !== null && <ErrorCard error={make.error} />}
    </Confirm>
  )
}
