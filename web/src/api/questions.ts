/** Questions to the server and how long their answers are kept. The key of a question is its route with what is given. */
import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'
import { type Answer, call, type Given, type Key, keepCsrfToken } from './call.ts'
import { CallFailure } from './call-failure.ts'
import { serverPresence } from './server-presence.ts'

type ReadKey = Extract<Key, `GET ${string}`>

/** A question for `useQuery`: its key is the route and what is given. */
export function question<K extends ReadKey>(key: K, given: Given<K>) {
  return queryOptions({ queryKey: [key, given] as const, queryFn: ({ signal }) => call(key, given, signal) })
}

export type Me = Answer<'GET /me'>

export const meQuestion = queryOptions({
  queryKey: ['GET /me', {}] as const,
  queryFn: async ({ signal }): Promise<Me> => {
    const me = await call('GET /me', {}, signal)
    keepCsrfToken(me.csrfToken)
    return me
  },
  staleTime: 60_000,
})

let whenSignedOut: () => void = () => {}

/** Says what to do when the server no longer knows who calls. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act
}

function noticeSignedOut(error: unknown): void {
  if (error instanceof CallFailure && error.status === 401) whenSignedOut()
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: {
      staleTime: 2000,
      refetchOnWindowFocus: true,
      // What the server refused stays refused; what did not arrive is asked again when the server is back.
      retry: (count, error) => error instanceof CallFailure && error.status >= 500 && count < 2,
    },
    mutations: { retry: false },
  },
})

serverPresence.onReturn(() => void queryClient.invalidateQueries())
