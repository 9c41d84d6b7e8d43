import { useTranslation } from 'react-i18next'
import { clockText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { FailureCard } from '../parts/failure-card.tsx'
import style from './result-panel.module.css'
import type { Message } from './statement-run.ts'

interface MessageListProps {
  readonly messages: readonly Message[]
  readonly source: string
  readonly onPlace: (start: number, end: number) => void
}

export function MessageList({ messages, source, onPlace }: MessageListProps) {
  const { t } = useTranslation()
  if (messages.length === 0) return <EmptyPage icon="bell" title={t('sql.noMessagesTitle')} text={t('sql.noMessagesText')} />
  return (
    <ol className={style['messages']}>
      {messages.map((message, index) => (
        <li key={`${index} ${message.at}`}>
          <time>{clockText(message.at)}</time>
          <div className="grow">
            {message.kind === 'failed' ? (
              <FailureCard
                failure={message.failure}
                source={source}
                onPlace={({ position }) => position !== null && onPlace(position.start, position.end)}
              />
            ) : (
              <div className={message.kind === 'started' ? style['statement'] : undefined}>{message.text}</div>
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}
