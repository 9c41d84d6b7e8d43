import { useTranslation } from 'react-i18next'
import { PairFields } from '../job/pair-fields.tsx'
import { useNotebook } from './notebook-context.ts'
import style from './notebook-page.module.css'

/** Values that stand in the place of `${name}` in all cells. */
export function ParameterSheet({ mayEdit }: { readonly mayEdit: boolean }) {
  const { t } = useTranslation()
  const { draft, view } = useNotebook()
  return (
    <fieldset className={`sheet ${style['sheet']}`} disabled={!mayEdit} aria-label={t('notebook.parameters')}>
      <PairFields
        key={view.arrivals}
        title={t('notebook.parameters')}
        text={t('notebook.parametersText')}
        pairs={view.spec.variables}
        onChange={(variables) => draft.change((spec) => ({ ...spec, variables }))}
      />
    </fieldset>
  )
}
