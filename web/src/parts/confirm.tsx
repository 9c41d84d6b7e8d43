import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface ConfirmProps {
  readonly title: string
  /** What will happen. */
  readonly children: ReactNode
  readonly action: string
  readonly isDangerous?: boolean
  readonly isBusy?: boolean
  readonly isDisabled?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before something is done, and says what that will do. */
export function Confirm({
  title,
  children,
  action,
  isDangerous = false,
  isBusy = false,
  isDisabled = false,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const { t } = useTranslation()
  return (
    <Modal opened onClose={onClose} title={title} size={480} closeButtonProps={{ 'aria-label': t('act.close') }}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm()
        }}
      >
        {children}
        <div className="row" style={{ justifyContent: 'flex-end', marginTop: 8 }}>
          <Button variant="default" onClick={onClose}>
            {t('act.cancel')}
          </Button>
          <Button type="submit" {...(isDangerous ? { color: 'red.9' } : {})} loading={isBusy} disabled={isDisabled} data-autofocus>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
