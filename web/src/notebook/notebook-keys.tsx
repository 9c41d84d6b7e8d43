import { Kbd, Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const keys = [
  ['Ctrl/⌘ ⏎', 'run'],
  ['⇧ ⏎', 'runNext'],
  ['Ctrl/⌘ S', 'save'],
  ['Esc', 'leave'],
  ['⏶ ⏷', 'go'],
  ['Alt ⏶ ⏷', 'move'],
  ['A', 'above'],
  ['B', 'below'],
  ['M', 'turn'],
  ['X', 'remove'],
  ['Z', 'undo'],
] as const

export function NotebookKeys({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal opened onClose={onClose} title={t('notebook.keys')} size={480} closeButtonProps={{ 'aria-label': t('act.close') }}>
      <p className="quiet small">{t('notebook.keysText')}</p>
      <table className="table">
        <tbody>
          {keys.map(([key, does]) => (
            <tr key={key}>
              <td>
                <Kbd size="xs">{key}</Kbd>
              </td>
              <td>{t(`notebookKeys.${does}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  )
}
