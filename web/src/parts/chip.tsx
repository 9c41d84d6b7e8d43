import style from './chip.module.css'

interface ChipProps {
  readonly isOn: boolean
  readonly label: string
  readonly count?: number
  readonly sign?: React.ReactNode
  readonly isHatched?: boolean
  readonly onClick: () => void
}

/** A filter that is on or off. */
export function Chip({ isOn, label, count, sign, isHatched = false, onClick }: ChipProps) {
  return (
    <button type="button" className={style['chip']} aria-pressed={isOn} data-hatched={isHatched} onClick={onClick}>
      {sign}
      {label}
      {count !== undefined && <span className={style['count']}>{count}</span>}
    </button>
  )
}
