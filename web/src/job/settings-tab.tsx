import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import type { JobSpec } from '../jobs/job-line.ts'
import type { EditorHandle } from '../sql/sql-editor.tsx'
import { NewVersionDialog } from './new-version-dialog.tsx'
import { SpecForm } from './spec-form.tsx'
import { specText } from './spec-text.ts'
import { Tab } from './tab.tsx'
import { useJob } from './use-job.ts'

/** Changes a job: what is written here becomes a new version once it was checked. */
export function SettingsTab() {
  const { t } = useTranslation()
  const { job } = useJob()
  const { may } = useWorkspace()
  const [draft, setDraft] = useState<{ readonly from: number; readonly spec: JobSpec }>()
  const [isAsking, setAsking] = useState(false)
  const [round, setRound] = useState(0)
  const editor = useRef<EditorHandle>(null)
  const spec = draft?.spec ?? job.spec
  const isChanged = draft !== undefined && specText(draft.spec) !== specText(job.spec)
  const isOvertaken = draft !== undefined && draft.from !== job.version
  const forget = (): void => {
    setDraft(undefined)
    setRound(round + 1)
  }
  return (
    <Tab>
      <div className="row wrap apart">
        <span className="quiet small">
          {isOvertaken ? t('form.overtaken', { from: draft.from, newest: job.version }) : t('form.versionText', { version: job.version })}
        </span>
        {may.develop && (
          <div className="row">
            <Button variant="default" disabled={!isChanged} onClick={forget}>
              {t('form.forget')}
            </Button>
            <Button disabled={!isChanged} onClick={() => setAsking(true)}>
              {t('form.newVersion')}
            </Button>
          </div>
        )}
      </div>
      <SpecForm
        key={round}
        spec={spec}
        isReadOnly={!may.develop}
        onChange={(next) => setDraft({ from: draft?.from ?? job.version, spec: next })}
        onEditor={(ready) => {
          editor.current = ready
        }}
      />
      {isAsking && draft !== undefined && (
        <NewVersionDialog
          job={job}
          draft={draft}
          onPlace={(place) => {
            setAsking(false)
            editor.current?.select(place.start, place.end)
          }}
          onDone={() => {
            setAsking(false)
            forget()
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Tab>
  )
}
