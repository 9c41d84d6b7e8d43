/** What was measured of jobs, and what people are told about. */
import type { Jobs } from '#jobs'
import { type AlertChannel, type AlertRule, type AlertView, type JobMetric, type Monitor, metricNames } from '#monitor'
import type { Stored } from '#store'
import type { Handlers } from '../call.ts'
import type { ChannelSpec, monitorRoutes, RuleSpec } from '../contract/monitor-routes.ts'
import { apiErrors } from '../errors.ts'
import { pageOfEntries } from '../paging.ts'

type MonitorRoutes = typeof monitorRoutes

const stepMsDefault = 5000

export function monitorHandlers(monitor: Monitor, jobs: Jobs): Handlers<MonitorRoutes> {
  const { rules, channels } = monitor
  return {
    'GET /workspaces/:workspace/jobs/:job/series': async ({ params, query }) => {
      const { workspace } = params
      const job = jobs.of(workspace).view(params.job).card.id
      const { from, to, stepMs = stepMsDefault, operator, by = 'operator' } = query
      const metrics = query.metrics.split(',').map(metricNamed)
      return monitor.series({ workspace, job }, { metrics, from, to, stepMs, operator: operator ?? null, by, kept: null })
    },
    'GET /workspaces/:workspace/alerts': ({ params }) => monitor.alerts(params.workspace).map(alertOf),
    'GET /workspaces/:workspace/alerts/history': ({ params, query }) =>
      pageOfEntries(
        query,
        (page) => monitor.alertHistory(params.workspace, { ...page, ...(query.job === undefined ? {} : { job: query.job }) }),
        ({ sequence, value: { kind, ruleName, severity, job, jobName, at, text } }) => ({
          sequence,
          kind,
          ruleName,
          severity,
          job,
          jobName,
          at,
          text,
        }),
      ),
    'GET /workspaces/:workspace/alert-rules': ({ params }) => rules.list(params.workspace).flatMap(shownRule),
    'POST /workspaces/:workspace/alert-rules': async ({ caller, params, body }) =>
      ruleOf(await rules.create(params.workspace, ruleIn(body), caller.name), body),
    'PUT /workspaces/:workspace/alert-rules/:rule': async ({ caller, params, body }) => {
      const key = { workspace: params.workspace, id: params.rule }
      return ruleOf(await rules.change(key, ruleIn(body.spec), body.expectedVersion, caller.name), body.spec)
    },
    'DELETE /workspaces/:workspace/alert-rules/:rule': async ({ caller, params }) => {
      await rules.remove(params.workspace, params.rule, caller.name)
      return null
    },
    'GET /workspaces/:workspace/alert-channels': ({ params }) => channels.list(params.workspace).map(channelOf),
    'POST /workspaces/:workspace/alert-channels': async ({ caller, params, body }) =>
      channelOf(await channels.create(params.workspace, body, caller.name)),
    'PUT /workspaces/:workspace/alert-channels/:channel': async ({ caller, params, body }) => {
      const key = { workspace: params.workspace, id: params.channel }
      return channelOf(await channels.change(key, body.spec, body.expectedVersion, caller.name))
    },
    'DELETE /workspaces/:workspace/alert-channels/:channel': async ({ caller, params }) => {
      await channels.remove(params.workspace, params.channel, caller.name)
      return null
    },
    'POST /workspaces/:workspace/alert-channels/:channel/test': async ({ caller, params }) => {
      await monitor.testChannel(params.workspace, params.channel, caller.name)
      return null
    },
  }
}

function metricNamed(name: string): (typeof metricNames)[number] {
  const found = metricNames.find((each) => each === name)
  if (found === undefined) throw apiErrors.API_METRIC({ name }, { detail: `There are ${metricNames.join(', ')}.` })
  return found
}

function alertOf({ id, rule, ruleName, severity, job, jobName, phase, since, sighting, isSilenced, notifiedAt }: AlertView) {
  return { id, rule, ruleName, severity, job, jobName, phase, since, text: sighting.text, isSilenced, notifiedAt }
}

function ruleOf({ id, version, writtenAt, writtenBy }: Stored<AlertRule>, spec: RuleSpec) {
  return { id, version, changedAt: writtenAt, changedBy: writtenBy, spec }
}

/** That its metric is one is checked with everything else of it. */
function ruleIn(spec: RuleSpec): AlertRule {
  const { condition } = spec
  return { ...spec, condition: condition.kind === 'metric' ? { ...condition, metric: condition.metric as JobMetric } : condition }
}

/** Rules over SQL are made elsewhere, and not shown here. */
function shownRule(rule: Stored<AlertRule>): ReturnType<typeof ruleOf>[] {
  const { condition, scope, channels, ...others } = rule.value
  if (condition.kind === 'sql') return []
  const own = condition.kind === 'state' ? { ...condition, states: [...condition.states] } : condition
  return [ruleOf(rule, { ...others, condition: own, scope: scopeOf(scope), channels: [...channels] })]
}

function scopeOf(scope: AlertRule['scope']): RuleSpec['scope'] {
  if (scope.kind === 'jobs') return { kind: 'jobs', jobs: [...scope.jobs] }
  return scope.kind === 'matching' ? { ...scope, tags: [...scope.tags] } : scope
}

function channelOf({ id, version, writtenAt, writtenBy, value }: Stored<AlertChannel>) {
  const { target, ...others } = value
  const spec: ChannelSpec = { ...others, target: target.kind === 'mail' ? { ...target, to: [...target.to] } : target }
  return { id, version, changedAt: writtenAt, changedBy: writtenBy, spec }
}
