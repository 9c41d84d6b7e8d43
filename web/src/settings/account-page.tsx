import { Button, PasswordInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { useMe } from '../frame/use-me.ts'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Page } from '../parts/page.tsx'

export function AccountPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const change = useChange('PUT /me/password', {
    isShownInPlace: true,
    stale: ['GET /me'],
    onDone: () => {
      setCurrent('')
      setPassword('')
      notifications.show({ message: t('account.changed') })
    },
  })
  const show = { 'aria-label': t('signIn.show') }
  return (
    <Page title={t('account.title')}>
      <form
        className="stack"
        style={{ maxWidth: 360 }}
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate({ body: { current, password } })
        }}
      >
        <p className="quiet">{t('account.text', { name: me.name })}</p>
        <input type="hidden" name="username" autoComplete="username" value={me.name} />
        <PasswordInput
          label={t('account.current')}
          autoComplete="current-password"
          value={current}
          onChange={({ currentTarget }) => setCurrent(currentTarget.value)}
          visibilityToggleButtonProps={show}
        />
        <PasswordInput
          label={t('account.new')}
          description={t('welcome.passwordRule')}
          autoComplete="new-password"
          minLength={10}
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          visibilityToggleButtonProps={show}
        />
        {change.error !== null && <ErrorCard error={change.error} />}
        <div>
          <Button type="submit" loading={change.isPending} disabled={current === '' || password.length < 10}>
            {t('account.change')}
          </Button>
        </div>
      </form>
    </Page>
  )
}
