import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
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

/**
 * A change on the server, with what has to be asked again once it is done. The same change is not asked for twice at a time: the second
 * click of a double click comes before a button can show that it waits.
 */
export function useChange<K extends ChangeKey>(key: K, { stale = [], onDone, isShownInPlace = false }: ChangeOptions<K> = {}) {
  const client = useQueryClient()
  const underWay = useRef(new Map<string, Promise<Answer<K>>>())
  return useMutation({
    mutationKey: [key],
    mutationFn: (given: Given<K>) => {
      const words = JSON.stringify(given)
      const answer = underWay.current.get(words) ?? call(key, given)
      underWay.current.set(words, answer)
      return answer
    },
    onSuccess: async (answer, given) => {
      if (!underWay.current.delete(JSON.stringify(given))) return
      onDone?.(answer)
      await Promise.all(stale.map((route) => client.invalidateQueries({ queryKey: [route] })))
    },
    onError: (error, given) => {
      if (!underWay.current.delete(JSON.stringify(given)) || isShownInPlace) return
      const { code, message, hint } = failureOf(error)
      notifications.show({ color: 'red', title: message, message: [code, hint].filter(Boolean).join(' · ') })
    },
  })
}
