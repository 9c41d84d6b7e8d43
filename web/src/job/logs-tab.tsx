import { Button, SegmentedControl, Switch, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clockText, timeText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import { useRowWindow } from '../parts/use-row-window.ts'
import { logLevels } from '../search.ts'
import type { LogLine } from './log-lines.ts'
import style from './logs-tab.module.css'
import { useJobParams } from './use-job.ts'
import { useLog } from './use-log.ts'

const route = getRouteApi('/frame/w/$workspace/jobs/$job/logs')

export function LogsTab() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [isFollowed, setFollowed] = useState(true)
  const { lines, next, isPending, error, readOlder } = useLog(useJobParams(), search, isFollowed)
  const [typed, setTyped] = useState(search.search ?? '')
  const tell = useDebouncedCallback(
    (text: string) => void navigate({ search: (last) => ({ ...last, search: text || undefined }) as typeof search, replace: true }),
    300,
  )
  const pickLevel = (level: string): void =>
    void navigate({ search: (last) => ({ ...last, level: logLevels.find((each) => each === level) }) as typeof search, replace: true })
  return (
    <div className={style['logs']}>
      <div className={style['bar']}>
        <TextInput
          type="search"
          aria-label={t('logs.search')}
          placeholder={t('logs.search')}
          leftSection={<Icon name="search" size={14} />}
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value)
            tell(currentTarget.value)
          }}
        />
        <SegmentedControl
          aria-label={t('logs.level')}
          value={search.level ?? 'all'}
          onChange={pickLevel}
          data={[{ value: 'all', label: t('logs.all') }, ...logLevels.map((value) => ({ value, label: t(`levels.${value}`) }))]}
        />
        <Switch label={t('logs.follow')} checked={isFollowed} onChange={({ currentTarget }) => setFollowed(currentTarget.checked)} />
        <span className="grow" />
        {next !== null && (
          <Button variant="subtle" onClick={() => void readOlder()}>
            {t('logs.older')}
          </Button>
        )}
      </div>
      {error !== null && <ErrorCard error={error} />}
      {!isPending && error === null && lines.length === 0 ? (
        <EmptyPage icon="log" title={t('logs.emptyTitle')} text={t('logs.emptyText')} />
      ) : (
        <LogView lines={lines} isFollowed={isFollowed} />
      )}
    </div>
  )
}

const lineHeight = 22

function LogView({ lines, isFollowed }: { readonly lines: readonly LogLine[]; readonly isFollowed: boolean }) {
  const { t } = useTranslation()
  const { ref, first, end, before, after, onScroll } = useRowWindow(lines.length, lineHeight, 20)
  const [open, setOpen] = useState<LogLine>()
  const isAtEnd = useRef(true)
  useLayoutEffect(() => {
    const element = ref.current
    if (element !== null && isFollowed && isAtEnd.current && lines.length > 0) element.scrollTop = element.scrollHeight
  }, [lines, isFollowed, ref])
  useEffect(() => setOpen((last) => (last === undefined || lines.includes(last) ? last : undefined)), [lines])
  return (
    <>
      <section
        className={style['view']}
        ref={ref}
        aria-label={t('tabs.logs')}
        tabIndex={0}
        onScroll={({ currentTarget }) => {
          isAtEnd.current = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight < lineHeight * 2
          onScroll()
        }}
      >
        <div style={{ height: before }} />
        {lines.slice(first, end).map((line) => (
          <button
            type="button"
            key={line.cursor}
            className={style['line']}
            data-level={line.level}
            onClick={() => setOpen(line === open ? undefined : line)}
          >
            <span className={style['time']} title={timeText(line.at)}>
              {clockText(line.at)}
            </span>
            <span className={style['level']}>{t(`levels.${line.level}`)}</span>
            <span className={style['text']}>{line.text}</span>
          </button>
        ))}
        <div style={{ height: after }} />
      </section>
      {open !== undefined && (
        <aside className={style['whole']} aria-label={t('logs.whole')}>
          <div className="quiet small">
            {timeText(open.at)} · {t('logs.from', { version: open.version, attempt: open.attempt })} · {t(`logSources.${open.source}`)}
          </div>
          <pre>{open.text}</pre>
        </aside>
      )}
    </>
  )
}
