import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keepCsrfToken } from '../api/call.ts'
import { meQuestion, question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Door } from './door.tsx'

/** The link stands behind the #, which browsers send to no server and no log. */
function linkOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('link') ?? ''
}

export function WelcomePage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [link] = useState(() => linkOf(location.hash))
  const ways = useQuery(question('GET /sign-in', {}))
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [password, setPassword] = useState('')
  const isFirst = ways.data?.needsFirstAdmin === true
  const enter = useChange('POST /sign-in/link', {
    isShownInPlace: true,
    onDone: (me) => {
      keepCsrfToken(me.csrfToken)
      client.setQueryData(meQuestion.queryKey, me)
      void navigate({ to: '/', replace: true })
    },
  })
  if (link === '')
    return (
      <Door title={t('welcome.noLink')} text={t('welcome.noLinkText')}>
        {null}
      </Door>
    )
  const who = isFirst ? { name, ...(displayName === '' ? {} : { displayName }) } : {}
  return (
    <Door title={isFirst ? t('welcome.firstTitle') : t('welcome.title')} text={isFirst ? t('welcome.firstText') : t('welcome.text')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          enter.mutate({ body: { link, ...who, ...(password === '' ? {} : { password }) } })
        }}
      >
        {isFirst && (
          <>
            <TextInput
              size="sm"
              label={t('signIn.name')}
              description={t('people.nameRule')}
              autoComplete="username"
              title={t('people.nameRule')}
              pattern="[a-z0-9][a-z0-9._\-]*"
              required
              withAsterisk={false}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value.toLowerCase())}
            />
            <TextInput
              size="sm"
              label={t('people.displayName')}
              description={t('people.displayNameRule')}
              autoComplete="name"
              value={displayName}
              onChange={({ currentTarget }) => setDisplayName(currentTarget.value)}
            />
          </>
        )}
        <PasswordInput
          size="sm"
          label={isFirst ? t('signIn.password') : t('welcome.newPassword')}
          description={t('welcome.passwordRule')}
          autoComplete="new-password"
          minLength={10}
          required={isFirst}
          withAsterisk={false}
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        />
        {enter.error !== null && <ErrorCard error={enter.error} />}
        <Button type="submit" size="sm" loading={enter.isPending} disabled={ways.isPending}>
          {isFirst ? t('welcome.make') : t('welcome.enter')}
        </Button>
      </form>
    </Door>
  )
}
