/** What was measured of jobs, and what people are told about. */
import type { Jobs } from '#jobs'
import type { Monitor } from '#monitor'
import { alertPage, channelIn, ruleIn, ruleOf, shownRule, silenceOf, trialOf } from '../alert-answers.ts'
import type { Handlers } from '../call.ts'
import type { monitorRoutes } from '../contract/monitor-routes.ts'
import { metricNamed } from '../metric-named.ts'
import { pageOfEntries } from '../paging.ts'
import { partitionsOf } from '../partition-answers.ts'
import { assertRuleQuery, type RuleCheck } from '../rule-query.ts'

type MonitorRoutes = typeof monitorRoutes

const stepMsDefault = 5000

export function monitorHandlers(monitor: Monitor, jobs: Jobs, checkQuery: RuleCheck): Handlers<MonitorRoutes> {
  const { rules, channels, silences } = monitor
  return {
    'GET /workspaces/:workspace/jobs/:job/series': async ({ params, query }) => {
      const { workspace } = params
      const job = jobs.of(workspace).view(params.job).card.id
      const { from, to, stepMs = stepMsDefault, operator, by = 'operator' } = query
      const metrics = query.metrics.split(',').map(metricNamed)
      return monitor.series({ workspace, job }, { metrics, from, to, stepMs, operator: operator ?? null, by, kept: null })
    },
    'GET /workspaces/:workspace/jobs/:job/partitions': ({ params }) => {
      const { workspace } = params
      return partitionsOf(monitor.partitions({ workspace, job: jobs.of(workspace).view(params.job).card.id }))
    },
    'GET /workspaces/:workspace/alerts': ({ params, query }) => alertPage(monitor.alerts(params.workspace), query),
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
    'GET /workspaces/:workspace/alert-rules': ({ params }) => rules.list(params.workspace).map(shownRule),
    'POST /workspaces/:workspace/alert-rules': async ({ caller, params, body }) => {
      await assertRuleQuery(body, checkQuery)
      return ruleOf(await rules.create(params.workspace, ruleIn(body), caller.name), body)
    },
    'POST /workspaces/:workspace/alert-rules/try': async ({ params, body }) => {
      await assertRuleQuery(body, checkQuery)
      return trialOf(await monitor.tryRule(params.workspace, ruleIn(body)))
    },
    'POST /workspaces/:workspace/alert-rules/starting': async ({ caller, params }) => {
      await monitor.addStartingRules(params.workspace, caller.name)
      return rules.list(params.workspace).map(shownRule)
    },
    'PUT /workspaces/:workspace/alert-rules/:rule': async ({ caller, params, body }) => {
      const key = { workspace: params.workspace, id: params.rule }
      await assertRuleQuery(body.spec, checkQuery)
      return ruleOf(await rules.change(key, ruleIn(body.spec), body.expectedVersion, caller.name), body.spec)
    },
    'DELETE /workspaces/:workspace/alert-rules/:rule': async ({ caller, params }) => {
      await rules.remove(params.workspace, params.rule, caller.name)
      return null
    },
    'GET /workspaces/:workspace/alert-silences': ({ params }) => silences.list(params.workspace).map(silenceOf),
    'POST /workspaces/:workspace/alert-silences': async ({ caller, params, body }) =>
      silenceOf(await silences.create(params.workspace, body, caller.name)),
    'DELETE /workspaces/:workspace/alert-silences/:silence': async ({ caller, params }) => {
      await silences.remove(params.workspace, params.silence, caller.name)
      return null
    },
    'GET /workspaces/:workspace/alert-channels': ({ params }) =>
      channels.list(params.workspace).map((channel) => channelIn(monitor, channel)),
    'POST /workspaces/:workspace/alert-channels': async ({ caller, params, body }) =>
      channelIn(monitor, await channels.create(params.workspace, body, caller.name)),
    'PUT /workspaces/:workspace/alert-channels/:channel': async ({ caller, params, body }) => {
      const key = { workspace: params.workspace, id: params.channel }
      return channelIn(monitor, await channels.change(key, body.spec, body.expectedVersion, caller.name))
    },
    'DELETE /workspaces/:workspace/alert-channels/:channel': async ({ caller, params }) => {
      await channels.remove(params.workspace, params.channel, caller.name)
      return null
    },
    'POST /workspaces/:workspace/alert-channels/:channel/test': async ({ caller, params }) => {
      await monitor.testChannel(params.workspace, params.channel, caller.name)
      return null
    },
    'GET /workspaces/:workspace/alert-channels/:channel/deliveries': ({ params, query }) => {
      channels.find(params.workspace, params.channel)
      return pageOfEntries(
        query,
        (page) => monitor.deliveries(params.workspace, params.channel, page),
        ({ sequence, value: { at, kind, outcome, tries, trouble } }) => ({ sequence, at, kind, outcome, tries, trouble }),
      )
    },
  }
}
