import { type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '../api/use-change.ts'
import { chooseLanguage, currentLanguage, type Language, languages } from '../language/language.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import style from './navigation.module.css'
import { useMe } from './use-me.ts'

const schemes: readonly (readonly [MantineColorScheme, IconName])[] = [
  ['auto', 'screen'],
  ['light', 'sun'],
  ['dark', 'moon'],
]

export function UserMenu() {
  const { t } = useTranslation()
  const me = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const signOut = useChange('POST /sign-out', { onDone: () => location.assign('/sign-in') })
  return (
    <Menu position="top-start" width={240}>
      <Menu.Target>
        <button type="button" className={style['user']}>
          <span className={style['initial']} aria-hidden="true">
            {Array.from(me.displayName || me.name)[0]?.toUpperCase()}
          </span>
          <span className="grow one-line">{me.displayName || me.name}</span>
          <Icon name="up" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('frame.colours')}</Menu.Label>
        {schemes.map(([scheme, icon]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon name={icon} />}
            rightSection={scheme === colorScheme ? <Icon name="check" /> : undefined}
            onClick={() => setColorScheme(scheme)}
            closeMenuOnClick={false}
          >
            {t(`colours.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('frame.language')}</Menu.Label>
        {(Object.keys(languages) as Language[]).map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            leftSection={<Icon name="globe" />}
            rightSection={language === currentLanguage() ? <Icon name="check" /> : undefined}
            onClick={() => void chooseLanguage(language)}
            closeMenuOnClick={false}
          >
            {languages[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/account" leftSection={<Icon name="key" />}>
          {t('account.title')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="leave" />} onClick={() => signOut.mutate({})}>
          {t('frame.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
