import { TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Confirm } from '../parts/confirm.tsx'
import { useNotebook } from './notebook-context.ts'

export function NotebookDetails({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { draft, view } = useNotebook()
  const [folder, setFolder] = useState(view.spec.folder)
  const [tags, setTags] = useState<string[]>([...view.spec.tags])
  return (
    <Confirm
      title={t('notebook.details')}
      action={t('notebook.save')}
      onClose={onClose}
      onConfirm={() => {
        draft.change((spec) => ({ ...spec, folder: folder.trim(), tags: tags.map((tag) => tag.trim()) }))
        void draft.save()
        onClose()
      }}
    >
      <TextInput
        label={t('form.folder')}
        description={t('form.folderText')}
        maxLength={500}
        value={folder}
        onChange={({ currentTarget }) => setFolder(currentTarget.value)}
      />
      <TagsInput label={t('form.tags')} value={tags} maxTags={50} onChange={setTags} />
    </Confirm>
  )
}
