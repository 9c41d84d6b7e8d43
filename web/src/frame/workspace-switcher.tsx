import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import style from './navigation.module.css'
import { NewWorkspace } from './new-workspace.tsx'
import { useMe, useWorkspace } from './use-me.ts'

export function WorkspaceSwitcher() {
  const { t } = useTranslation()
  const { memberships, isServerAdmin } = useMe()
  const current = useWorkspace()
  const navigate = useNavigate()
  const [isMaking, setMaking] = useState(false)
  return (
    <>
      <Menu position="bottom-start" width={240}>
        <Menu.Target>
          <button type="button" className={style['switch']}>
            <Icon name="folder" size={15} />
            <span className="grow one-line">{current.title === '' ? t('workspaces.choose') : current.title}</span>
            <Icon name="down" size={14} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('workspaces.all')}</Menu.Label>
          {memberships.map(({ workspace, title, role }) => (
            <Menu.Item
              key={workspace}
              leftSection={<Icon name={workspace === current.workspace ? 'check' : 'folder'} />}
              onClick={() => void navigate({ to: '/w/$workspace/jobs', params: { workspace } })}
            >
              <div className="one-line">{title}</div>
              <div className="quiet small">{t(`roles.${role}`)}</div>
            </Menu.Item>
          ))}
          {isServerAdmin && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<Icon name="plus" />} onClick={() => setMaking(true)}>
                {t('workspaces.make')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {isMaking && <NewWorkspace onClose={() => setMaking(false)} />}
    </>
  )
}
