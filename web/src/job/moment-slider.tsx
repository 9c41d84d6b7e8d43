import { Button, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { timeText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import { type Sample, sampleNear } from './metric-history.ts'
import { momentText, type TimeRange, timeRanges } from './time-range.ts'
import style from './topology-tab.module.css'

interface MomentSliderProps {
  readonly samples: readonly Sample[]
  readonly range: TimeRange
  /** Nothing: now. */
  readonly at: number | undefined
  readonly onMoment: (at: number | undefined) => void
  readonly onRange: (range: TimeRange) => void
}

/** Goes back in time over the samples of a stretch; its right end is now. */
export function MomentSlider({ samples, range, at, onMoment, onRange }: MomentSliderProps) {
  const { t } = useTranslation()
  const nearest = at === undefined ? undefined : sampleNear(samples, at)
  const now = samples.length
  const place = nearest === undefined ? now : samples.indexOf(nearest)
  const textAt = (index: number): string => {
    const sample = samples[index]
    return sample === undefined ? t('topology.now') : momentText(sample.at, range)
  }
  return (
    <div className={style['moments']}>
      <Select
        aria-label={t('metrics.range')}
        w={96}
        value={range}
        data={timeRanges.map((value) => ({ value, label: t(`timeRanges.${value}`) }))}
        onChange={(value) => value !== null && onRange(value)}
      />
      <input
        type="range"
        className={style['slider']}
        min={0}
        max={Math.max(1, now)}
        value={samples.length === 0 ? 1 : place}
        disabled={samples.length === 0}
        aria-label={t('topology.moment')}
        aria-valuetext={textAt(place)}
        onChange={({ currentTarget }) => onMoment(samples[Number(currentTarget.value)]?.at)}
      />
      <span className={style['moment']} role="status">
        {nearest === undefined ? t('topology.now') : timeText(nearest.at)}
      </span>
      {at !== undefined && (
        <Button variant="subtle" leftSection={<Icon name="play" size={12} />} onClick={() => onMoment(undefined)}>
          {t('topology.backToNow')}
        </Button>
      )}
    </div>
  )
}
