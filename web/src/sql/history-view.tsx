import { useTranslation } from 'react-i18next'
import { durationText, timeText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import style from './result-panel.module.css'
import type { PastRun } from './sql-tabs.ts'
import type { RunState } from './statement-run.ts'

const states: readonly RunState[] = ['finished', 'failed', 'cancelled']

/** What was run here before; a click opens it in a new tab. */
export function HistoryView({ runs, onText }: { readonly runs: readonly PastRun[]; readonly onText: (text: string) => void }) {
  const { t } = useTranslation()
  if (runs.length === 0) return <EmptyPage icon="history" title={t('sql.noHistoryTitle')} text={t('sql.noHistoryText')} />
  return (
    <div>
      {runs.map(({ text, at, outcome, durationMs }) => {
        // A run whose page was left has no end here.
        const state = states.find((each) => each === outcome)
        return (
          <button key={at} type="button" className={style['past']} title={t('sql.openPast')} onClick={() => onText(text)}>
            <div className={style['statement']}>{text}</div>
            <div className="quiet small">
              {[timeText(at), state === undefined ? '' : t(`runStates.${state}`), state === undefined ? '' : durationText(durationMs)]
                .filter(Boolean)
                .join(' · ')}
            </div>
          </button>
        )
      })}
    </div>
  )
}
