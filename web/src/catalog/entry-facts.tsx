import { useTranslation } from 'react-i18next'
import { Part } from '../job/tab.tsx'
import { timeText } from '../parts/amount.ts'
import { SqlText } from '../parts/sql-text.tsx'
import style from './catalog.module.css'
import { ConnectionTables, UsedConnection } from './connection-parts.tsx'
import type { Entry } from './entry-name.ts'
import { EntryUsers } from './entry-users.tsx'

/** What a thing is made of, and who uses it. */
export function EntryFacts({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  return (
    <section className={style['scroll']}>
      <div className={style['columns']}>
        <div className="stack wide">
          {entry.columns !== null && (
            <Part title={t('catalog.columns')}>
              <Columns entry={entry} />
            </Part>
          )}
          <Part title={t('catalog.statement')}>
            <section className={`sheet ${style['statement']}`} aria-label={t('catalog.statement')} tabIndex={0}>
              <SqlText text={entry.text} />
            </section>
          </Part>
        </div>
        <div className="stack wide">
          {entry.connection !== null && (
            <Part title={t('catalog.connection')}>
              <UsedConnection connection={entry.connection} />
            </Part>
          )}
          {entry.kind === 'connection' ? (
            <Part title={t('catalog.tablesUsing')}>
              <ConnectionTables tables={entry.tables} />
            </Part>
          ) : (
            <Part title={t('catalog.usedBy')}>
              <EntryUsers object={entry.id} />
            </Part>
          )}
          <Part title={t('catalog.facts')}>
            <Facts entry={entry} />
          </Part>
          {entry.options.length > 0 && (
            <Part title={t('catalog.options')}>
              <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('catalog.options')} tabIndex={0}>
                <table className={`table ${style['options']}`}>
                  <tbody>
                    {entry.options.map(({ key, value }) => (
                      <tr key={key}>
                        <td className="quiet">{key}</td>
                        <td>{value}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
            </Part>
          )}
        </div>
      </div>
    </section>
  )
}

function Columns({ entry: { columns, primaryKey, partitionedBy, watermark } }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  const marks = (name: string): string[] => [
    ...(primaryKey.includes(name) ? [t('catalog.key')] : []),
    ...(watermark?.column === name ? [t('catalog.watermark')] : []),
    ...(partitionedBy.includes(name) ? [t('catalog.partition')] : []),
  ]
  return (
    <section className="sheet" style={{ overflowX: 'auto' }} aria-label={t('catalog.columns')} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('jobs.name')}</th>
            <th>{t('catalog.type')}</th>
            <th>{t('catalog.notes')}</th>
          </tr>
        </thead>
        <tbody>
          {(columns ?? []).map(({ name, type, comment, origin, expression }) => (
            <tr key={name}>
              <td className="strong">{name}</td>
              <td className={style['type']}>{type}</td>
              <td>
                <div className="row wrap" style={{ gap: 4 }}>
                  {marks(name).map((mark) => (
                    <span key={mark} className={style['badge']}>
                      {mark}
                    </span>
                  ))}
                  {origin !== 'stored' && (
                    <span className="small">
                      {t(`origins.${origin}`)} <code>{expression}</code>
                    </span>
                  )}
                  {comment !== null && <span className="quiet small">{comment}</span>}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Facts({ entry: { watermark, primaryKey, partitionedBy, changedAt, changedBy, version } }: { readonly entry: Entry }) {
  const { t } = useTranslation()
  const facts: readonly (readonly [string, string])[] = [
    ...(primaryKey.length > 0 ? [[t('catalog.primaryKey'), primaryKey.join(', ')] as const] : []),
    ...(watermark === null ? [] : [[t('catalog.watermark'), `${watermark.column} = ${watermark.expression}`] as const]),
    ...(partitionedBy.length > 0 ? [[t('catalog.partitionedBy'), partitionedBy.join(', ')] as const] : []),
    [t('jobs.version'), String(version)],
    [t('overview.changed'), t('overview.changedBy', { time: timeText(changedAt), name: changedBy })],
  ]
  return (
    <dl className={style['facts']}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
