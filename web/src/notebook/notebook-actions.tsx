import { ActionIcon, Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { Icon } from '../parts/icon.tsx'
import { useNotebook } from './notebook-context.ts'
import { NotebookDetails } from './notebook-details.tsx'
import { NotebookKeys } from './notebook-keys.tsx'
import { NotebookRemoval } from './notebook-removal.tsx'
import { newId } from './notebook-spec.ts'
import { writeMarkdown, writeSql } from './notebook-text.ts'
import { saveFile } from './save-file.ts'

interface NotebookActionsProps {
  readonly mayEdit: boolean
  readonly hasParameters: boolean
  readonly onParameters: () => void
  readonly onVersions: () => void
}

type Dialog = 'details' | 'keys' | 'removal'

export function NotebookActions({ mayEdit, hasParameters, onParameters, onVersions }: NotebookActionsProps) {
  const { t } = useTranslation()
  const { runs, draft, view } = useNotebook()
  const [dialog, setDialog] = useState<Dialog>()
  const { spec } = view
  const hasSql = spec.cells.some(({ kind, text }) => kind === 'sql' && text.trim() !== '')
  return (
    <>
      {mayEdit &&
        (runs.isRunning ? (
          <Button variant="default" leftSection={<Icon name="stop" size={14} />} onClick={() => runs.stopAll()}>
            {t('notebook.stopAll')}
          </Button>
        ) : (
          <Button leftSection={<Icon name="play" size={14} />} disabled={!hasSql} onClick={() => void runs.startAll(spec.cells)}>
            {t('notebook.runAll')}
          </Button>
        ))}
      {mayEdit && (
        <Button
          variant="default"
          leftSection={<Icon name="save" size={14} />}
          disabled={view.state === 'saved' || view.theirs !== null}
          loading={view.state === 'saving'}
          onClick={() => void draft.save()}
        >
          {t('notebook.save')}
        </Button>
      )}
      <Button variant="default" leftSection={<Icon name="sliders" size={14} />} aria-expanded={hasParameters} onClick={onParameters}>
        {t('notebook.parameters')}
      </Button>
      <Button variant="default" leftSection={<Icon name="history" size={14} />} onClick={onVersions}>
        {t('notebook.versions')}
      </Button>
      <MoreMenu mayEdit={mayEdit} onDialog={setDialog} />
      {dialog === 'details' && <NotebookDetails onClose={() => setDialog(undefined)} />}
      {dialog === 'keys' && <NotebookKeys onClose={() => setDialog(undefined)} />}
      {dialog === 'removal' && <NotebookRemoval onClose={() => setDialog(undefined)} />}
    </>
  )
}

function MoreMenu({ mayEdit, onDialog }: { readonly mayEdit: boolean; readonly onDialog: (dialog: Dialog) => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const navigate = useNavigate()
  const { runs, draft, view } = useNotebook()
  const { spec } = view
  const copy = useChange('POST /workspaces/:workspace/notebooks', {
    stale: ['GET /workspaces/:workspace/notebooks'],
    onDone: ({ id }) => void navigate({ to: '/w/$workspace/notebooks/$notebook', params: { workspace, notebook: id } }),
  })
  const forget = async (): Promise<void> => {
    await draft.forgetOutputs().catch(() => notifications.show({ color: 'red', message: t('notebook.notForgotten') }))
  }
  const copied = {
    ...spec,
    title: t('notebook.copyOf', { title: spec.title }).slice(0, 200),
    cells: spec.cells.map((cell) => ({ ...cell, id: newId() })),
  }
  return (
    <Menu width={250}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={t('notebook.more')}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayEdit && (
          <>
            <Menu.Item leftSection={<Icon name="folder" />} onClick={() => onDialog('details')}>
              {t('notebook.details')}
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="copy" />} onClick={() => copy.mutate({ params: { workspace }, body: copied })}>
              {t('notebook.duplicate')}
            </Menu.Item>
          </>
        )}
        <Menu.Item leftSection={<Icon name="download" />} onClick={() => saveFile(spec.title, 'md', writeMarkdown(spec))}>
          {t('notebook.exportMarkdown')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="download" />} onClick={() => saveFile(spec.title, 'sql', writeSql(spec))}>
          {t('notebook.exportSql')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={() => onDialog('keys')}>
          {t('notebook.keys')}
        </Menu.Item>
        {mayEdit && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<Icon name="restart" />} onClick={() => void runs.restart()}>
              {t('notebook.restart')}
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="close" />} disabled={view.outputs.size === 0} onClick={() => void forget()}>
              {t('notebook.forget')}
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="bin" />} onClick={() => onDialog('removal')}>
              {t('notebook.remove')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
