import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { serverPresence } from '../api/server-presence.ts'
import { ageText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import style from './outage-banner.module.css'

/** Says that the server is gone, since when, and that what the page shows is as old. It leaves by itself. */
export function OutageBanner() {
  const { goneSince } = useSyncExternalStore(serverPresence.listen, serverPresence.read)
  return goneSince === null ? null : <Banner goneSince={goneSince} />
}

function Banner({ goneSince }: { readonly goneSince: number }) {
  const { t, i18n } = useTranslation()
  const age = ageText(useNow() - goneSince, i18n.language)
  return (
    <div className={style['banner']} role="status">
      <Icon name="warning" />
      <span>{t('frame.gone', { age })}</span>
    </div>
  )
}
