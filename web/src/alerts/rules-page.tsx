import { ActionIcon, Button, Switch } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { Icon } from '../parts/icon.tsx'
import style from './alerts.module.css'
import { AlertsFrame } from './alerts-frame.tsx'
import { conditionText, firstRule, type Rule, spanText } from './condition.ts'
import { RuleDialog } from './rule-dialog.tsx'
import { StartingRules } from './starting-rules.tsx'

const route = getRouteApi('/frame/w/$workspace/alerts/rules')
const stale = ['GET /workspaces/:workspace/alert-rules', 'GET /workspaces/:workspace/alerts'] as const

/** What people want to be told of. */
export function RulesPage() {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { data: rules } = useSuspenseQuery(question('GET /workspaces/:workspace/alert-rules', { params: { workspace } }))
  const { rule: open } = route.useSearch()
  const navigate = route.useNavigate()
  const [removed, setRemoved] = useState<Rule>()
  const show = (rule: string | undefined): void => void navigate({ search: rule === undefined ? {} : { rule } })
  const found = rules.find(({ id }) => id === open)
  return (
    <AlertsFrame
      tab="rules"
      text={t('rules.text')}
      actions={
        may.operate && (
          <Button leftSection={<Icon name="plus" size={14} />} onClick={() => show('new')}>
            {t('rules.make')}
          </Button>
        )
      }
    >
      {rules.length === 0 ? (
        <StartingRules />
      ) : (
        <ul className={`sheet ${style['rules']}`}>
          {rules.map((rule) => (
            <RuleItem key={rule.id} rule={rule} onShow={() => show(rule.id)} onRemove={() => setRemoved(rule)} />
          ))}
        </ul>
      )}
      {open === 'new' && may.operate && <RuleDialog rule={null} spec={firstRule} onClose={() => show(undefined)} />}
      {found !== undefined && <RuleDialog key={found.id} rule={found} spec={found.spec} onClose={() => show(undefined)} />}
      {removed !== undefined && <RemoveRule rule={removed} onClose={() => setRemoved(undefined)} />}
    </AlertsFrame>
  )
}

interface RuleItemProps {
  readonly rule: Rule
  readonly onShow: () => void
  readonly onRemove: () => void
}

function RuleItem({ rule, onShow, onRemove }: RuleItemProps) {
  const { t } = useTranslation()
  const { workspace, may } = useWorkspace()
  const { id, spec, version } = rule
  const change = useChange('PUT /workspaces/:workspace/alert-rules/:rule', { stale })
  const facts = [
    conditionText(spec.condition, t),
    ...(spec.forMs > 0 ? [t('rules.forText', { time: spanText(spec.forMs) })] : []),
    spec.scope.kind === 'jobs' ? t('rules.scopeJobs', { count: spec.scope.jobs.length }) : t(`ruleScopes.${spec.scope.kind}`),
    t('rules.tells', { count: spec.channels.length }),
  ]
  return (
    <li data-off={!spec.isActive}>
      <Switch
        aria-label={t('rules.activeOf', { name: spec.name })}
        checked={spec.isActive}
        disabled={!may.operate}
        onChange={({ currentTarget }) =>
          change.mutate({
            params: { workspace, rule: id },
            body: { spec: { ...spec, isActive: currentTarget.checked }, expectedVersion: version },
          })
        }
      />
      <div className="grow">
        <div className="row wrap" style={{ gap: 8 }}>
          <button type="button" className={style['open']} onClick={onShow}>
            {spec.name}
          </button>
          <span className={style['badge']} data-severity={spec.severity}>
            {t(`severities.${spec.severity}`)}
          </span>
        </div>
        <div className="quiet small">{facts.join(' · ')}</div>
      </div>
      {may.operate && (
        <ActionIcon aria-label={t('rules.removeOf', { name: spec.name })} onClick={onRemove}>
          <Icon name="bin" />
        </ActionIcon>
      )}
    </li>
  )
}

function RemoveRule({ rule, onClose }: { readonly rule: Rule; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const remove = useChange('DELETE /workspaces/:workspace/alert-rules/:rule', { stale, onDone: onClose, isShownInPlace: true })
  return (
    <Confirm
      title={t('rules.removeOf', { name: rule.spec.name })}
      action={t('actions.remove')}
      isDangerous
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { workspace, rule: rule.id } })}
    >
      <p>{t('rules.removeText')}</p>
      {remove.error !== null && <ErrorCard error={remove.error} />}
    </Confirm>
  )
}
