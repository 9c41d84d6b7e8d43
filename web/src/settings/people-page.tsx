import { Button, Checkbox, Switch, TextInput } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useMe } from '../frame/use-me.ts'
import { timeText } from '../parts/amount.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { OnceSecret } from './once-secret.tsx'

const stale = ['GET /users'] as const

export function PeoplePage() {
  const { t } = useTranslation()
  const me = useMe()
  const { data } = useSuspenseQuery(question('GET /users', { query: { limit: 500 } }))
  const [isAdding, setAdding] = useState(false)
  const change = useChange('PATCH /users/:user', { stale })
  return (
    <Page
      title={t('nav.people')}
      actions={
        <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
          {t('people.add')}
        </Button>
      }
    >
      <div className="stack">
        <p className="quiet small">{t('people.text')}</p>
        <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('nav.people')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th>{t('people.person')}</th>
                <th>{t('people.source')}</th>
                <th>{t('people.seen')}</th>
                <th>{t('people.admin')}</th>
                <th>{t('people.active')}</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((user) => (
                <tr key={user.name}>
                  <td>
                    <div className="strong">{user.displayName || user.name}</div>
                    <div className="quiet small">{user.name}</div>
                  </td>
                  <td>{t(`sources.${user.source}`)}</td>
                  <td>{user.lastSeenAt === null ? t('people.neverSeen') : timeText(user.lastSeenAt)}</td>
                  <td>
                    <Switch
                      aria-label={t('people.adminOf', { name: user.name })}
                      checked={user.isServerAdmin}
                      disabled={user.name === me.name}
                      onChange={({ currentTarget }) =>
                        change.mutate({ params: { user: user.name }, body: { isServerAdmin: currentTarget.checked } })
                      }
                    />
                  </td>
                  <td>
                    <Switch
                      aria-label={t('people.activeOf', { name: user.name })}
                      checked={user.isActive}
                      disabled={user.name === me.name}
                      onChange={({ currentTarget }) =>
                        change.mutate({ params: { user: user.name }, body: { isActive: currentTarget.checked } })
                      }
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </div>
      {isAdding && <AddPerson onClose={() => setAdding(false)} />}
    </Page>
  )
}

function AddPerson({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [isServerAdmin, setAdmin] = useState(false)
  const add = useChange('POST /users', { stale, isShownInPlace: true })
  if (add.data !== undefined) {
    const link = add.data.link.includes('://') ? add.data.link : `${location.origin}/welcome#link=${encodeURIComponent(add.data.link)}`
    const text = t('people.linkText', { name: add.data.user.displayName || add.data.user.name, time: timeText(add.data.linkExpiresAt) })
    return <OnceSecret title={t('people.link')} text={text} secret={link} onClose={onClose} />
  }
  return (
    <Confirm
      title={t('people.add')}
      action={t('people.add')}
      isBusy={add.isPending}
      isDisabled={name === ''}
      onClose={onClose}
      onConfirm={() => add.mutate({ body: { name, displayName, isServerAdmin } })}
    >
      <TextInput
        label={t('people.name')}
        description={t('people.nameRule')}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value.toLowerCase())}
        data-autofocus
      />
      <TextInput
        label={t('people.displayName')}
        value={displayName}
        onChange={({ currentTarget }) => setDisplayName(currentTarget.value)}
      />
      <Checkbox label={t('people.makeAdmin')} checked={isServerAdmin} onChange={({ currentTarget }) => setAdmin(currentTarget.checked)} />
      {add.error !== null && <ErrorCard error={add.error} />}
    </Confirm>
  )
}
