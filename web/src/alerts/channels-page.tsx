import { ActionIcon, Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { ageText } from '../parts/amount.ts'
import { Confirm } from '../parts/confirm.tsx'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import style from './alerts.module.css'
import { AlertsFrame } from './alerts-frame.tsx'
import { type Channel, firstChannel } from './channel.ts'
import { ChannelDialog } from './channel-dialog.tsx'
import { Deliveries } from './deliveries.tsx'

const route = getRouteApi('/frame/w/$workspace/alerts/channels')
const key = 'GET /workspaces/:workspace/alert-channels' as const

/** Ways to people, and whether they work. */
export function ChannelsPage() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { data: channels } = useSuspenseQuery({ ...question(key, { params: { workspace } }), refetchInterval: 5000 })
  const { channel: open } = route.useSearch()
  const navigate = route.useNavigate()
  const [removed, setRemoved] = useState<Channel>()
  const show = (channel: string | undefined): void => void navigate({ search: channel === undefined ? {} : { channel } })
  const found = channels.find(({ id }) => id === open)
  const make = (
    <Button leftSection={<Icon name="plus" size={14} />} onClick={() => show('new')}>
      {t('channels.make')}
    </Button>
  )
  return (
    <AlertsFrame tab="channels" text={t('channels.text')} actions={may.administer && channels.length > 0 && make}>
      {channels.length === 0 ? (
        <EmptyPage icon="bell" title={t('channels.emptyTitle')} text={t('channels.emptyText')}>
          {may.administer && make}
        </EmptyPage>
      ) : (
        <ul className={`sheet ${style['rules']}`}>
          {channels.map((channel) => (
            <ChannelItem key={channel.id} channel={channel} onShow={() => show(channel.id)} onRemove={() => setRemoved(channel)} />
          ))}
        </ul>
      )}
      {open === 'new' && may.administer && <ChannelDialog channel={null} spec={firstChannel} onClose={() => show(undefined)} />}
      {found !== undefined && <ChannelDialog key={found.id} channel={found} spec={found.spec} onClose={() => show(undefined)} />}
      {removed !== undefined && <RemoveChannel channel={removed} onClose={() => setRemoved(undefined)} />}
    </AlertsFrame>
  )
}

interface ChannelItemProps {
  readonly channel: Channel
  readonly onShow: () => void
  readonly onRemove: () => void
}

function ChannelItem({ channel: { id, spec, health }, onShow, onRemove }: ChannelItemProps) {
  const { t, i18n } = useTranslation()
  const { workspace, may } = useWorkspace()
  const now = useNow()
  const [isOpen, setOpen] = useState(false)
  const test = useChange('POST /workspaces/:workspace/alert-channels/:channel/test', {
    stale: [key],
    isShownInPlace: true,
    onDone: () => notifications.show({ message: t('channels.tested', { name: spec.name }) }),
  })
  const { target } = spec
  const where = target.kind === 'webhook' ? target.url : target.to.join(', ')
  const age = (at: number): string => ageText(now - at, i18n.language)
  const facts = [
    t(`channelKinds.${target.kind}`),
    where,
    ...(health.pending > 0 ? [t('channels.pending', { count: health.pending })] : []),
    ...(health.lastSuccessAt === null ? [] : [t('channels.delivered', { age: age(health.lastSuccessAt) })]),
    ...(spec.isActive ? [] : [t('channels.off')]),
  ]
  return (
    <li data-off={!spec.isActive}>
      <div className="stack grow" style={{ gap: 6 }}>
        <div className="row wrap">
          <div className="grow" style={{ minWidth: 200 }}>
            <button type="button" className={style['open']} onClick={onShow}>
              {spec.name}
            </button>
            <div className={`quiet small ${style['facts']}`}>{facts.join(' · ')}</div>
          </div>
          <Button variant="subtle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {t('channels.deliveries')}
          </Button>
          {may.administer && (
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate({ params: { workspace, channel: id } })}>
              {t('channels.test')}
            </Button>
          )}
          {may.administer && (
            <ActionIcon aria-label={t('channels.removeOf', { name: spec.name })} onClick={onRemove}>
              <Icon name="bin" />
            </ActionIcon>
          )}
        </div>
        {health.trouble !== '' && (
          <p className={style['trouble']}>
            <Icon name="warning" size={14} /> {t('channels.fails', { count: health.failuresInARow })} {health.trouble}
          </p>
        )}
        {test.error !== null && <ErrorCard error={test.error} />}
        {isOpen && <Deliveries channel={id} />}
      </div>
    </li>
  )
}

function RemoveChannel({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const remove = useChange('DELETE /workspaces/:workspace/alert-channels/:channel', { stale: [key], onDone: onClose, isShownInPlace: true })
  return (
    <Confirm
      title={t('channels.removeOf', { name: channel.spec.name })}
      action={t('actions.remove')}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { workspace, channel: channel.id } })}
    >
      <p>{t('channels.removeText')}</p>
      {remove.error !== null && <ErrorCard error={remove.error} />}
    </Confirm>
  )
}
