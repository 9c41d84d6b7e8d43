import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ageText } from '../parts/amount.ts'
import { useNow } from '../parts/use-now.ts'
import { mergeSpecs } from './merge.ts'
import { useNotebook } from './notebook-context.ts'
import type { Saved } from './notebook-draft.ts'
import style from './notebook-page.module.css'
import { SpecDiff } from './spec-diff.tsx'

/** Somebody else has saved what is being changed here: what there is to choose, and that nothing is lost by it. */
export function ConflictCard({ theirs }: { readonly theirs: Saved }) {
  const { t, i18n } = useTranslation()
  const { draft, view } = useNotebook()
  const now = useNow()
  const [isShown, setShown] = useState(false)
  const { doubled } = useMemo(() => mergeSpecs(view.base.spec, view.spec, theirs.spec), [view.base.spec, view.spec, theirs.spec])
  const age = ageText(Math.max(0, now - theirs.changedAt), i18n.language)
  return (
    <section className={`stack ${style['conflict']}`} role="alert" aria-label={t('conflict.title')}>
      <h2>{t('conflict.title')}</h2>
      <p>{t('conflict.text', { name: theirs.changedBy, version: theirs.version, age })}</p>
      <div className="row wrap">
        <Button onClick={() => void draft.choose('merge')}>{t('conflict.merge')}</Button>
        <Button variant="default" onClick={() => void draft.choose('mine')}>
          {t('conflict.mine')}
        </Button>
        <Button variant="default" onClick={() => void draft.choose('theirs')}>
          {t('conflict.theirs')}
        </Button>
        <Button variant="subtle" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {t('conflict.compare')}
        </Button>
      </div>
      <p className="small">{doubled === 0 ? t('conflict.apart') : t('conflict.doubled', { count: doubled })}</p>
      {isShown && <SpecDiff left={theirs.spec} right={view.spec} label={t('conflict.compare')} />}
    </section>
  )
}
