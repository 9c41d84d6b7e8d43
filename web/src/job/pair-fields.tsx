import { ActionIcon, Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import style from './spec-form.module.css'

interface PairFieldsProps {
  readonly title: string
  readonly text: string
  readonly pairs: Readonly<Record<string, string>>
  readonly onChange: (pairs: Record<string, string>) => void
}

/** Names with their values. A name that is still empty, or stands twice, is not told yet. */
export function PairFields({ title, text, pairs, onChange }: PairFieldsProps) {
  const { t } = useTranslation()
  const [rows, setRows] = useState(() => Object.entries(pairs).map(([name, value], id) => ({ id, name, value })))
  const tell = (next: typeof rows): void => {
    setRows(next)
    onChange(Object.fromEntries(next.flatMap(({ name, value }) => (name.trim() === '' ? [] : [[name.trim(), value]]))))
  }
  const set = (id: number, changes: { name?: string; value?: string }): void =>
    tell(rows.map((row) => (row.id === id ? { ...row, ...changes } : row)))
  return (
    <fieldset className={style['pairs']}>
      <legend>{title}</legend>
      <p className="quiet small">{text}</p>
      {rows.map(({ id, name, value }) => (
        <div key={id} className={style['pair']}>
          <TextInput
            aria-label={t('form.pairName')}
            placeholder={t('form.pairName')}
            value={name}
            onChange={({ currentTarget }) => set(id, { name: currentTarget.value })}
          />
          <TextInput
            aria-label={t('form.pairValue')}
            placeholder={t('form.pairValue')}
            value={value}
            onChange={({ currentTarget }) => set(id, { value: currentTarget.value })}
          />
          <ActionIcon aria-label={t('form.pairRemove', { name })} onClick={() => tell(rows.filter((row) => row.id !== id))}>
            <Icon name="close" size={14} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<Icon name="plus" size={12} />}
          onClick={() => setRows([...rows, { id: 1 + Math.max(-1, ...rows.map((row) => row.id)), name: '', value: '' }])}
        >
          {t('form.pairAdd')}
        </Button>
      </div>
    </fieldset>
  )
}
