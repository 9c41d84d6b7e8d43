import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type Answer, call, type Given, type Key } from './call.ts'
import { failureOf } from './call-failure.ts'

type ChangeKey = Exclude<Key, `GET ${string}`>

interface ChangeOptions<K extends ChangeKey> {
  /** Routes whose answers are stale afterwards; every question of them is asked again. */
  readonly stale?: readonly Key[]
  readonly onDone?: (answer: Answer<K>) => void
  /** Failures are shown as a notice, unless the form shows them itself. */
  readonly isShownInPlace?: boolean
}

/** A change on the server, with what has to be asked again once it is done. */
export function useChange<K extends ChangeKey>(key: K, { stale = [], onDone, isShownInPlace = false }: ChangeOptions<K> = {}) {
  const client = useQueryClient()
  return useMutation({
    mutationKey: [key],
    mutationFn: (given: Given<K>) => call(key, given),
    onSuccess: async (answer) => {
      onDone?.(answer)
      await Promise.all(stale.map((route) => client.invalidateQueries({ queryKey: [route] })))
    },
    onError: (error) => {
      const { code, message, hint } = failureOf(error)
      if (!isShownInPlace) notifications.show({ color: 'red', title: message, message: [code, hint].filter(Boolean).join(' · ') })
    },
  })
}
