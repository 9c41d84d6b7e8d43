import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useWorkspace } from '../frame/use-me.ts'
import { StateSign } from '../jobs/state-mark.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import style from './catalog.module.css'
import { iconOf } from './entry-name.ts'
import { type LineageNode, usersOf } from './lineage.ts'
import { useEntryLineage } from './use-entry-lineage.ts'

/** Views and jobs that read or write a thing. */
export function EntryUsers({ object }: { readonly object: string }) {
  const { t } = useTranslation()
  const { data, error } = useEntryLineage(object)
  if (error !== null) return <ErrorCard error={error} />
  if (data === undefined) return <p className="quiet small">{t('pages.waiting')}</p>
  const users = usersOf(data, object)
  return (
    <>
      {users.length === 0 && <p className="quiet small">{t('catalog.noUsers')}</p>}
      <ul className={style['users']}>
        {users.map(({ node, how }) => (
          <li key={`${how} ${node.id}`}>
            <NodeLink node={node} />
            <span className="quiet small">{t(`catalog.${how}`)}</span>
          </li>
        ))}
      </ul>
      {data.pending > 0 && <p className="quiet small">{t('lineage.pending', { count: data.pending })}</p>}
      {data.unreadable > 0 && <p className="quiet small">{t('lineage.unreadable', { count: data.unreadable })}</p>}
    </>
  )
}

/** The name of a thing with its sign; jobs have that of their state. */
export function NodeLink({ node: { kind, path, entry, job, state } }: { readonly node: LineageNode }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const name = path.at(-1) ?? ''
  const sign = state === null ? <Icon name={iconOf[kind]} size={14} /> : <StateSign state={state} />
  const label = (
    <>
      {sign}
      <span className="hidden">{state === null ? t(`entryKinds.${kind}`) : t(`states.${state}`)}</span>
      <span className="one-line">{name}</span>
    </>
  )
  const title = path.join('.')
  if (job !== null)
    return (
      <Link to="/w/$workspace/jobs/$job" params={{ workspace, job }} className="row" style={{ gap: 6 }} title={title}>
        {label}
      </Link>
    )
  if (entry !== null)
    return (
      <Link to="/w/$workspace/catalog/$entry" params={{ workspace, entry }} className="row" style={{ gap: 6 }} title={title}>
        {label}
      </Link>
    )
  return (
    <span className="row" style={{ gap: 6 }} title={t('lineage.own')}>
      {label}
    </span>
  )
}
