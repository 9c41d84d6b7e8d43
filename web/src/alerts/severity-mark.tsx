import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import style from './alerts.module.css'

interface SeverityMarkProps {
  readonly severity: 'critical' | 'warning' | 'info'
  readonly phase: 'firing' | 'pending' | 'unknown' | 'resolved'
}

const icons = { firing: 'bell', pending: 'history', unknown: 'warning', resolved: 'check' } as const

/** How grave it is by colour and by word, and what has become of it by sign. */
export function SeverityMark({ severity, phase }: SeverityMarkProps) {
  const { t } = useTranslation()
  return (
    <span className={style['mark']} data-severity={severity} data-phase={phase}>
      <Icon name={icons[phase]} size={14} />
      {t(`alertPhases.${phase}`)}
      <span className={style['severity']}>{t(`severities.${severity}`)}</span>
    </span>
  )
}
