import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { Icon } from './icon.tsx'
import style from './search-field.module.css'
import { useShortcut } from './use-shortcut.ts'

interface SearchFieldProps {
  readonly label: string
  readonly text: string
  readonly onChange: (text: string) => void
}

/** Where a list is searched: tells of the text a moment after it was typed. The key / leads to it. */
export function SearchField({ label, text, onChange }: SearchFieldProps) {
  const [typed, setTyped] = useState(text)
  const input = useRef<HTMLInputElement>(null)
  const tell = useDebouncedCallback(onChange, 250)
  useEffect(() => setTyped(text), [text])
  useShortcut('/', () => input.current?.focus())
  return (
    <TextInput
      ref={input}
      className={style['field'] ?? ''}
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<Icon name="search" size={14} />}
      value={typed}
      maxLength={500}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value)
        tell(currentTarget.value)
      }}
    />
  )
}
