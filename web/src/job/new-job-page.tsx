import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { useMe, useWorkspace } from '../frame/use-me.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Page } from '../parts/page.tsx'
import type { EditorHandle } from '../sql/sql-editor.tsx'
import { firstSpec, forgetDraft, takeDraft } from './first-spec.ts'
import { SpecForm } from './spec-form.tsx'
import { StateVerdict } from './state-verdict.tsx'

export function NewJobPage() {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const me = useMe()
  const navigate = useNavigate()
  const editor = useRef<EditorHandle>(null)
  const [spec, setSpec] = useState(() => firstSpec(me.name, takeDraft()))
  const check = useChange('POST /workspaces/:workspace/jobs/check', { isShownInPlace: true })
  const make = useChange('POST /workspaces/:workspace/jobs', {
    stale: ['GET /workspaces/:workspace/jobs'],
    isShownInPlace: true,
    onDone: ({ id }) => {
      forgetDraft()
      void navigate({ to: '/w/$workspace/jobs/$job', params: { workspace, job: id } })
    },
  })
  const params = { workspace }
  const isReady = spec.name.trim() !== '' && spec.program.text.trim() !== ''
  return (
    <Page
      title={t('jobs.make')}
      actions={
        <>
          <Button
            variant="default"
            loading={check.isPending}
            disabled={spec.program.text.trim() === ''}
            onClick={() => {
              make.reset()
              check.mutate({ params, body: { spec } })
            }}
          >
            {t('form.check')}
          </Button>
          <Button
            loading={make.isPending}
            disabled={!isReady}
            onClick={() => {
              // What a check found is told again by what refuses the job.
              check.reset()
              make.mutate({ params, body: spec })
            }}
          >
            {t('jobs.make')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="quiet">{t('jobs.makeText')}</p>
        {make.error !== null && <ErrorCard error={make.error} />}
        {check.error !== null && <ErrorCard error={check.error} />}
        {check.data !== undefined && (
          <StateVerdict check={check.data} source={spec.program.text} onPlace={(place) => editor.current?.select(place.start, place.end)} />
        )}
        <SpecForm
          spec={spec}
          onChange={setSpec}
          onEditor={(ready) => {
            editor.current = ready
          }}
        />
      </div>
    </Page>
  )
}
