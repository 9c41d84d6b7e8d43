import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'

interface OnceSecretProps {
  readonly title: string
  readonly text: string
  readonly secret: string
  readonly onClose: () => void
}

/** A secret that is shown this once; it closes only by the button, so that a stray click does not lose it. */
export function OnceSecret({ title, text, secret, onClose }: OnceSecretProps) {
  const { t } = useTranslation()
  const [isCopied, setCopied] = useState(false)
  const copy = (): void => {
    navigator.clipboard.writeText(secret).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <Modal opened onClose={onClose} title={title} size={520} closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false}>
      <div className="stack">
        <p>{text}</p>
        <TextInput
          aria-label={title}
          readOnly
          value={secret}
          onFocus={({ currentTarget }) => currentTarget.select()}
          styles={{ input: { fontFamily: 'var(--mono)' } }}
        />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" leftSection={<Icon name={isCopied ? 'check' : 'copy'} size={14} />} onClick={copy} data-autofocus>
            {isCopied ? t('act.copied') : t('act.copy')}
          </Button>
          <Button onClick={onClose}>{t('tokens.kept')}</Button>
        </div>
      </div>
    </Modal>
  )
}
