import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { countText, durationText, timeText } from '../parts/amount.ts'
import { useNow } from '../parts/use-now.ts'
import style from './cell-mark.module.css'
import type { CellRun } from './cell-run.ts'
import type { CellState } from './freshness.ts'
import type { KeptOutput } from './notebook-spec.ts'

interface CellMarkProps {
  readonly state: CellState
  readonly run: CellRun | undefined
  readonly kept: KeptOutput | undefined
}

/** Whether what a cell shows still holds, in a word, with what that means. */
export function CellMark({ state, run, kept }: CellMarkProps) {
  const { t } = useTranslation()
  if (state === 'never') return null
  return (
    <span className={style['line']}>
      <Tooltip label={t(`cellStateTexts.${state}`)} multiline maw={320}>
        <span className={style['mark']} data-state={state} tabIndex={0} role="note">
          <span className={style['dot']} aria-hidden="true" />
          {t(`cellStates.${state}`)}
        </span>
      </Tooltip>
      {run === undefined ? (
        kept !== undefined && <span>{durationText(kept.output.endedAt - kept.output.startedAt)}</span>
      ) : (
        <Took run={run} />
      )}
      {run !== undefined && run.by !== null && <span>{t('notebook.keptBy', { name: run.by })}</span>}
      {run !== undefined && run.againAt !== null && (
        <Tooltip label={t('notebook.againText')} multiline maw={320}>
          <span className={style['again']} tabIndex={0} role="note">
            {t('notebook.againAt', { at: timeText(run.againAt) })}
          </span>
        </Tooltip>
      )}
    </span>
  )
}

function Took({ run }: { readonly run: CellRun }) {
  const { t } = useTranslation()
  const { startedAt, endedAt, progress } = useSyncExternalStore(run.listen, run.read)
  const now = useNow()
  return (
    <>
      <span>{durationText((endedAt ?? Math.max(now, startedAt)) - startedAt)}</span>
      {progress !== undefined && !run.isOver && (
        <span className={style['progress']}>{t('sql.progress', { in: countText(progress.rowsIn), out: countText(progress.rowsOut) })}</span>
      )}
    </>
  )
}
