import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keepCsrfToken } from '../api/call.ts'
import { meQuestion, question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Door } from './door.tsx'

/** What may have gone wrong elsewhere, in words. */
const problems = {
  API_OIDC_SILENT: 'signIn.silent',
  API_OIDC_STRANGE: 'signIn.strange',
  API_OIDC_REFUSED: 'signIn.refused',
  API_OIDC_NOT_ALLOWED: 'signIn.notAllowed',
  ACCESS_FIRST_ADMIN_MISSING: 'signIn.first',
  ACCESS_USER_INACTIVE: 'signIn.inactive',
} as const

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { t } = useTranslation()
  const { to = '/', problem } = route.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const ways = useQuery(question('GET /sign-in', {}))
  const provider = ways.data?.oidc ?? null
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useChange('POST /sign-in', {
    isShownInPlace: true,
    onDone: (me) => {
      keepCsrfToken(me.csrfToken)
      client.setQueryData(meQuestion.queryKey, me)
      router.history.push(to)
    },
  })
  return (
    <Door title={t('signIn.title')}>
      {problem !== undefined && (
        <p role="alert">{problem in problems ? t(problems[problem as keyof typeof problems]) : t('signIn.problem', { code: problem })}</p>
      )}
      {ways.data?.needsFirstAdmin === true && <p className="quiet">{t('signIn.first')}</p>}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          signIn.mutate({ body: { name, password } })
        }}
      >
        <TextInput
          size="sm"
          label={t('signIn.name')}
          name="username"
          autoComplete="username"
          required
          withAsterisk={false}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <PasswordInput
          size="sm"
          label={t('signIn.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        />
        {signIn.error !== null && <ErrorCard error={signIn.error} />}
        <Button type="submit" size="sm" loading={signIn.isPending}>
          {t('signIn.do')}
        </Button>
      </form>
      {provider !== null && (
        <Button component="a" href={`/oidc/start?to=${encodeURIComponent(to)}`} size="sm" variant="default">
          {t('signIn.with', { title: provider.title })}
        </Button>
      )}
    </Door>
  )
}
