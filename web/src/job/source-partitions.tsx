import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { countText, durationText, timeText } from '../parts/amount.ts'
import { adviceText, columnsOf, type PartitionedSource, standingText } from './partition-standing.ts'
import { shortName } from './short-name.ts'
import style from './source-partitions.module.css'

interface SourcePartitionsProps {
  readonly source: PartitionedSource
  readonly takenAt: number | null
  readonly isRunning: boolean
}

/** Enough to see who is behind. */
const shownFirst = 24

/** The partitions of a source: which of them holds its watermark back, then all of them, those furthest behind first. */
export function SourcePartitions({ source, takenAt, isRunning }: SourcePartitionsProps) {
  const { t } = useTranslation()
  const [isWhole, setWhole] = useState(false)
  const { partitions, leftOut, standing, operatorId, operatorName } = source
  const advice = adviceText(source, t)
  const shown = isWhole ? partitions : partitions.slice(0, shownFirst)
  return (
    <>
      <p className={style['standing']} data-held={standing.kind === 'held'}>
        <strong>{standingText(source, t)}</strong>
        {advice !== null && ` ${advice}`}
      </p>
      <section className={style['rows']} aria-label={`${t('partitions.title')}: ${shortName(operatorName)}`} tabIndex={0}>
        <PartitionTable source={source} shown={shown} />
      </section>
      {shown.length < partitions.length && (
        <Button variant="subtle" size="xs" onClick={() => setWhole(true)} aria-describedby={`left-${operatorId}`}>
          {t('partitions.showAll', { count: partitions.length })}
        </Button>
      )}
      <p className="quiet small" id={`left-${operatorId}`}>
        {leftOut > 0 && `${t('partitions.leftOut', { count: leftOut })} `}
        {takenAt !== null && t(isRunning ? 'partitions.seen' : 'partitions.seenLast', { time: timeText(takenAt) })}
      </p>
    </>
  )
}

interface PartitionTableProps {
  readonly source: PartitionedSource
  readonly shown: PartitionedSource['partitions']
}

function PartitionTable({ source, shown }: PartitionTableProps) {
  const { t } = useTranslation()
  const { places, lag, times } = columnsOf(source)
  return (
    <table className="table">
      <thead>
        <tr>
          <th>{t('partitions.name')}</th>
          <th>{t('partitions.state')}</th>
          {times && <th className="number">{t('partitions.behind')}</th>}
          {lag && <th className="number">{t('partitions.lag')}</th>}
          {places && <th className="number">{t('partitions.position')}</th>}
          {places && <th className="number">{t('partitions.end')}</th>}
          {times && <th>{t('partitions.watermark')}</th>}
        </tr>
      </thead>
      <tbody>
        {shown.map(({ name, state, position, end, pendingRecords, watermark, behindMs }) => (
          <tr key={name}>
            <td className={state === 'active' ? 'strong' : ''}>{name}</td>
            <td className={state === 'active' ? '' : 'quiet'}>{t(`partitions.states.${state}`)}</td>
            {times && <td className="number">{behindMs === null ? none : durationText(behindMs)}</td>}
            {lag && <td className="number">{pendingRecords === null ? none : countText(pendingRecords)}</td>}
            {places && <td className="number">{position ?? none}</td>}
            {places && <td className="number">{end ?? none}</td>}
            {times && <td>{watermark === null ? t('partitions.noWatermark') : timeText(watermark)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const none = '–'
