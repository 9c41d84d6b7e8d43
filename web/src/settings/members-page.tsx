import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/call.ts'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { type Role, roles } from './role.ts'
import { SettingsFrame } from './settings-frame.tsx'

type Member = Answer<'GET /workspaces/:workspace/members'>[number]

const stale = ['GET /workspaces/:workspace/members', 'GET /me'] as const

export function MembersPage() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { data } = useSuspenseQuery(question('GET /workspaces/:workspace/members', { params: { workspace } }))
  const [isAdding, setAdding] = useState(false)
  const [removed, setRemoved] = useState<Member>()
  const give = useChange('PUT /workspaces/:workspace/members/:user', { stale })
  return (
    <SettingsFrame
      title={t('settings.members')}
      text={t('settings.membersText')}
      actions={
        may.administer && (
          <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
            {t('settings.addMember')}
          </Button>
        )
      }
    >
      <div className="sheet">
        <table className="table">
          <thead>
            <tr>
              <th>{t('people.person')}</th>
              <th>{t('settings.role')}</th>
              <th>
                <span className="hidden">{t('jobs.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((member) => (
              <tr key={member.user}>
                <td>
                  <div className="strong">{member.displayName || member.user}</div>
                  <div className="quiet small">{member.user}</div>
                </td>
                <td>
                  {may.administer ? (
                    <RoleSelect
                      label={t('settings.roleOf', { name: member.user })}
                      role={member.role}
                      onChange={(role) => give.mutate({ params: { workspace, user: member.user }, body: { role } })}
                    />
                  ) : (
                    t(`roles.${member.role}`)
                  )}
                </td>
                <td className="number">
                  {may.administer && (
                    <ActionIcon aria-label={t('settings.removeMember', { name: member.user })} onClick={() => setRemoved(member)}>
                      <Icon name="bin" />
                    </ActionIcon>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl className="small quiet stack" style={{ gap: 4, margin: 0 }}>
        {roles.map((role) => (
          <div key={role} className="row" style={{ alignItems: 'baseline' }}>
            <dt className="strong" style={{ minWidth: 90 }}>
              {t(`roles.${role}`)}
            </dt>
            <dd style={{ margin: 0 }}>{t(`roleTexts.${role}`)}</dd>
          </div>
        ))}
      </dl>
      {isAdding && <AddMember onClose={() => setAdding(false)} />}
      {removed !== undefined && <RemoveMember member={removed} onClose={() => setRemoved(undefined)} />}
    </SettingsFrame>
  )
}

interface RoleSelectProps {
  readonly label: string
  readonly role: Role
  readonly onChange: (role: Role) => void
}

function RoleSelect({ label, role, onChange }: RoleSelectProps) {
  const { t } = useTranslation()
  return (
    <Select
      aria-label={label}
      w={150}
      data={roles.map((value) => ({ value, label: t(`roles.${value}`) }))}
      value={role}
      onChange={(value) => value !== null && value !== role && onChange(roles.find((each) => each === value) ?? role)}
    />
  )
}

function AddMember({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const [user, setUser] = useState('')
  const [role, setRole] = useState<Role>('developer')
  const give = useChange('PUT /workspaces/:workspace/members/:user', { stale, onDone: onClose, isShownInPlace: true })
  return (
    <Confirm
      title={t('settings.addMember')}
      action={t('settings.addMember')}
      isBusy={give.isPending}
      isDisabled={user === ''}
      onClose={onClose}
      onConfirm={() => give.mutate({ params: { workspace, user }, body: { role } })}
    >
      <TextInput
        label={t('people.name')}
        value={user}
        onChange={({ currentTarget }) => setUser(currentTarget.value.toLowerCase())}
        data-autofocus
      />
      <RoleSelect label={t('settings.role')} role={role} onChange={setRole} />
      <p className="quiet small">{t(`roleTexts.${role}`)}</p>
      {give.error !== null && <ErrorCard error={give.error} />}
    </Confirm>
  )
}

function RemoveMember({ member, onClose }: { readonly member: Member; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const remove = useChange('DELETE /workspaces/:workspace/members/:user', { stale, onDone: onClose, isShownInPlace: true })
  return (
    <Confirm
      title={t('settings.removeMember', { name: member.user })}
      action={t('actions.remove')}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { workspace, user: member.user } })}
    >
      <p>{t('settings.removeMemberText', { name: member.displayName || member.user })}</p>
      {remove.error !== null && <ErrorCard error={remove.error} />}
    </Confirm>
  )
}
