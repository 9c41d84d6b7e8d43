import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { ageText, timeText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { useNotebook } from './notebook-context.ts'
import style from './notebook-page.module.css'

export function NotebookHead({ mayEdit }: { readonly mayEdit: boolean }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { runs, draft, view } = useNotebook()
  const { title, folder } = view.spec
  const place = folder === '' ? t('nav.notebooks') : folder
  return (
    <div className={style['head']}>
      <div className="row">
        <Link
          to="/w/$workspace/notebooks"
          params={{ workspace }}
          search={folder === '' ? {} : { folder }}
          className={style['crumb']}
          aria-label={place}
        >
          <Icon name="left" size={14} />
          <span className="one-line">{place}</span>
        </Link>
        <h1 className="hidden">{title}</h1>
        <input
          className={style['title']}
          aria-label={t('notebook.title')}
          value={title}
          readOnly={!mayEdit}
          maxLength={200}
          onChange={({ currentTarget: { value } }) => draft.change((spec) => ({ ...spec, title: value }))}
          onBlur={({ currentTarget: { value } }) =>
            draft.change((spec) =>
              value === value.trim() && value !== '' ? spec : { ...spec, title: value.trim() || t('notebook.untitled') },
            )
          }
        />
      </div>
      <div className={style['status']}>
        <SavedMark />
        {mayEdit && (
          <span className={style['session']} data-open={runs.session.state === 'open'}>
            {t(`sessions.${runs.session.state}`)}
          </span>
        )}
      </div>
    </div>
  )
}

/** Whether what is on the page is on the server, in which version, and by whom. */
function SavedMark() {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { view } = useNotebook()
  const { version, changedAt, changedBy } = view.base
  return (
    <span role="status" aria-live="off" data-state={view.state} title={timeText(changedAt)}>
      {view.state === 'saved'
        ? t('notebook.savedAs', { version, name: changedBy, age: ageText(Math.max(0, now - changedAt), i18n.language) })
        : t(`saveStates.${view.state}`)}
    </span>
  )
}
