import { NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import type { JobSpec } from '../jobs/job-line.ts'
import type { EditorHandle } from '../sql/sql-editor.tsx'
import { PairFields } from './pair-fields.tsx'
import { RestartFields } from './restart-fields.tsx'
import style from './spec-form.module.css'

const SqlEditor = lazy(() => import('../sql/sql-editor.tsx').then(({ SqlEditor: component }) => ({ default: component })))

interface SpecFormProps {
  readonly spec: JobSpec
  readonly isReadOnly?: boolean
  readonly onChange: (spec: JobSpec) => void
  readonly onEditor?: (editor: EditorHandle | null) => void
}

/** Everything that is said of a job: its script, what it is called and whose it is, and how it runs. */
export function SpecForm({ spec, isReadOnly = false, onChange, onEditor }: SpecFormProps) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const change = (changes: Partial<JobSpec>): void => onChange({ ...spec, ...changes })
  const program = useMemo(() => spec.program.text, [spec.program.text])
  return (
    <fieldset className={style['form']} disabled={isReadOnly}>
      <div className={style['script']}>
        <span className={style['label']}>{t('form.script')}</span>
        <Suspense fallback={<div className={style['waiting']} />}>
          <SqlEditor
            text={program}
            label={t('form.script')}
            workspace={workspace}
            isReadOnly={isReadOnly}
            onChange={(text) => change({ program: { kind: 'sql', text } })}
            {...(onEditor === undefined ? {} : { onReady: onEditor })}
          />
        </Suspense>
      </div>
      <div className={style['fields']}>
        <Naming spec={spec} change={change} />
        <Running spec={spec} change={change} />
        <PairFields
          title={t('form.variables')}
          text={t('form.variablesText')}
          pairs={spec.variables}
          onChange={(variables) => change({ variables })}
        />
        <PairFields
          title={t('form.settings')}
          text={t('form.settingsText')}
          pairs={spec.settings}
          onChange={(settings) => change({ settings })}
        />
      </div>
    </fieldset>
  )
}

export interface FieldsProps {
  readonly spec: JobSpec
  readonly change: (changes: Partial<JobSpec>) => void
}

function Naming({ spec, change }: FieldsProps) {
  const { t } = useTranslation()
  return (
    <>
      <TextInput
        label={t('form.name')}
        required
        withAsterisk={false}
        maxLength={200}
        value={spec.name}
        onChange={({ currentTarget }) => change({ name: currentTarget.value })}
      />
      <Textarea
        label={t('form.description')}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={10_000}
        value={spec.description}
        onChange={({ currentTarget }) => change({ description: currentTarget.value })}
      />
      <TextInput
        label={t('form.folder')}
        description={t('form.folderText')}
        maxLength={500}
        value={spec.folder}
        onChange={({ currentTarget }) => change({ folder: currentTarget.value })}
      />
      <TagsInput label={t('form.tags')} value={[...spec.tags]} maxTags={50} onChange={(tags) => change({ tags })} />
      <TextInput
        label={t('form.owner')}
        maxLength={200}
        value={spec.owner}
        onChange={({ currentTarget }) => change({ owner: currentTarget.value })}
      />
    </>
  )
}

function Running({ spec, change }: FieldsProps) {
  const { t } = useTranslation()
  const number = (value: number | string, fallback: number): number =>
    typeof value === 'number' && Number.isFinite(value) ? value : fallback
  return (
    <>
      <Select
        label={t('form.engine')}
        value={spec.engine.kind}
        data={[
          { value: 'embedded', label: t('form.embedded') },
          { value: 'flink', label: t('form.flink') },
        ]}
        onChange={(kind) => change({ engine: kind === 'flink' ? { kind, cluster: '' } : { kind: 'embedded' } })}
      />
      {spec.engine.kind === 'flink' && (
        <TextInput
          label={t('form.cluster')}
          required
          withAsterisk={false}
          value={spec.engine.cluster}
          onChange={({ currentTarget }) => change({ engine: { kind: 'flink', cluster: currentTarget.value } })}
        />
      )}
      <div className={style['two']}>
        <NumberInput
          label={t('form.parallelism')}
          min={1}
          max={1024}
          allowDecimal={false}
          value={spec.parallelism}
          onChange={(value) => change({ parallelism: number(value, 1) })}
        />
        <NumberInput
          label={t('form.checkpointSeconds')}
          min={0.1}
          max={86_400}
          value={spec.checkpointIntervalMs / 1000}
          onChange={(value) => change({ checkpointIntervalMs: Math.round(number(value, 10) * 1000) })}
        />
      </div>
      <Select
        label={t('form.latency')}
        description={t('form.latencyText')}
        value={spec.latencyTier}
        data={(['seconds', 'minutes'] as const).map((value) => ({ value, label: t(`tiers.${value}`) }))}
        onChange={(tier) => change({ latencyTier: tier === 'minutes' ? 'minutes' : 'seconds' })}
      />
      <Select
        label={t('form.upgrade')}
        value={spec.upgrade}
        data={(['keep-state', 'drop-state'] as const).map((value) => ({ value, label: t(`upgrades.${value}`) }))}
        onChange={(upgrade) => change({ upgrade: upgrade === 'drop-state' ? 'drop-state' : 'keep-state' })}
      />
      <RestartFields spec={spec} change={change} />
    </>
  )
}
