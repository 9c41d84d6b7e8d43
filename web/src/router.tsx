/** Every address of the console. Pages are loaded when they are first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { CallFailure } from './api/call-failure.ts'
import { meQuestion, onSignedOut, queryClient } from './api/questions.ts'
import { Frame } from './frame/frame.tsx'
import { lastWorkspace } from './frame/last-workspace.ts'
import { BrokenPage, MissingPage, WaitingPage } from './frame/other-pages.tsx'
import {
  readAlertsSearch,
  readAuditSearch,
  readCatalogSearch,
  readChannelsSearch,
  readEntrySearch,
  readJobsSearch,
  readLogSearch,
  readMetricsSearch,
  readNotebookSearch,
  readNotebooksSearch,
  readRulesSearch,
  readSqlSearch,
  readTopologySearch,
  readToSearch,
  readVersionsSearch,
} from './search.ts'

const root = createRootRoute({ notFoundComponent: MissingPage })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: readToSearch,
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyRouteComponent(() => import('./sign-in/welcome-page.tsx'), 'WelcomePage'),
})

/** Everything that only people who are signed in see. */
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: Frame,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuestion)
    } catch (error) {
      if (error instanceof CallFailure && error.status === 401) redirect({ to: '/sign-in', search: { to: location.href }, throw: true })
      throw error
    }
  },
})

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: () => {
    const workspace = lastWorkspace(queryClient.getQueryData(meQuestion.queryKey))
    if (workspace !== undefined) redirect({ to: '/w/$workspace/jobs', params: { workspace }, throw: true })
  },
  component: lazyRouteComponent(() => import('./frame/no-workspace-page.tsx'), 'NoWorkspacePage'),
})

const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  component: lazyRouteComponent(() => import('./settings/account-page.tsx'), 'AccountPage'),
})

const people = createRoute({
  getParentRoute: () => frame,
  path: '/people',
  component: lazyRouteComponent(() => import('./settings/people-page.tsx'), 'PeoplePage'),
})

const workspace = createRoute({ getParentRoute: () => frame, path: '/w/$workspace' })

const workspaceHome = createRoute({
  getParentRoute: () => workspace,
  path: '/',
  beforeLoad: ({ params }) => {
    redirect({ to: '/w/$workspace/jobs', params, throw: true })
  },
})

const jobs = createRoute({
  getParentRoute: () => workspace,
  path: '/jobs',
  validateSearch: readJobsSearch,
  component: lazyRouteComponent(() => import('./jobs/jobs-page.tsx'), 'JobsPage'),
})

const newJob = createRoute({
  getParentRoute: () => workspace,
  path: '/jobs/new',
  component: lazyRouteComponent(() => import('./job/new-job-page.tsx'), 'NewJobPage'),
})

const job = createRoute({
  getParentRoute: () => workspace,
  path: '/jobs/$job',
  component: lazyRouteComponent(() => import('./job/job-page.tsx'), 'JobPage'),
})

const jobTabs = [
  createRoute({
    getParentRoute: () => job,
    path: '/',
    component: lazyRouteComponent(() => import('./job/overview-tab.tsx'), 'OverviewTab'),
  }),
  createRoute({
    getParentRoute: () => job,
    path: '/topology',
    validateSearch: readTopologySearch,
    component: lazyRouteComponent(() => import('./job/topology-tab.tsx'), 'TopologyTab'),
  }),
  createRoute({
    getParentRoute: () => job,
    path: '/metrics',
    validateSearch: readMetricsSearch,
    component: lazyRouteComponent(() => import('./job/metrics-tab.tsx'), 'MetricsTab'),
  }),
  createRoute({
    getParentRoute: () => job,
    path: '/savepoints',
    component: lazyRouteComponent(() => import('./job/savepoints-tab.tsx'), 'SavepointsTab'),
  }),
  createRoute({
    getParentRoute: () => job,
    path: '/versions',
    validateSearch: readVersionsSearch,
    component: lazyRouteComponent(() => import('./job/versions-tab.tsx'), 'VersionsTab'),
  }),
  createRoute({
    getParentRoute: () => job,
    path: '/logs',
    validateSearch: readLogSearch,
    component: lazyRouteComponent(() => import('./job/logs-tab.tsx'), 'LogsTab'),
  }),
  createRoute({
    getParentRoute: () => job,
    path: '/settings',
    component: lazyRouteComponent(() => import('./job/settings-tab.tsx'), 'SettingsTab'),
  }),
] as const

const sql = createRoute({
  getParentRoute: () => workspace,
  path: '/sql',
  validateSearch: readSqlSearch,
  component: lazyRouteComponent(() => import('./sql/sql-page.tsx'), 'SqlPage'),
})

const catalog = createRoute({
  getParentRoute: () => workspace,
  path: '/catalog',
  validateSearch: readCatalogSearch,
  component: lazyRouteComponent(() => import('./catalog/catalog-page.tsx'), 'CatalogPage'),
})

const entry = createRoute({
  getParentRoute: () => workspace,
  path: '/catalog/$entry',
  validateSearch: readEntrySearch,
  component: lazyRouteComponent(() => import('./catalog/entry-page.tsx'), 'EntryPage'),
})

const alerts = createRoute({
  getParentRoute: () => workspace,
  path: '/alerts',
  validateSearch: readAlertsSearch,
  component: lazyRouteComponent(() => import('./alerts/alerts-page.tsx'), 'AlertsPage'),
})

const alertHistory = createRoute({
  getParentRoute: () => workspace,
  path: '/alerts/history',
  component: lazyRouteComponent(() => import('./alerts/history-page.tsx'), 'HistoryPage'),
})

const alertRules = createRoute({
  getParentRoute: () => workspace,
  path: '/alerts/rules',
  validateSearch: readRulesSearch,
  component: lazyRouteComponent(() => import('./alerts/rules-page.tsx'), 'RulesPage'),
})

const alertChannels = createRoute({
  getParentRoute: () => workspace,
  path: '/alerts/channels',
  validateSearch: readChannelsSearch,
  component: lazyRouteComponent(() => import('./alerts/channels-page.tsx'), 'ChannelsPage'),
})

const notebooks = createRoute({
  getParentRoute: () => workspace,
  path: '/notebooks',
  validateSearch: readNotebooksSearch,
  component: lazyRouteComponent(() => import('./notebooks/notebooks-page.tsx'), 'NotebooksPage'),
})

const notebook = createRoute({
  getParentRoute: () => workspace,
  path: '/notebooks/$notebook',
  validateSearch: readNotebookSearch,
  component: lazyRouteComponent(() => import('./notebook/notebook-page.tsx'), 'NotebookPage'),
})

const members = createRoute({
  getParentRoute: () => workspace,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/members-page.tsx'), 'MembersPage'),
})

const tokens = createRoute({
  getParentRoute: () => workspace,
  path: '/settings/tokens',
  component: lazyRouteComponent(() => import('./settings/tokens-page.tsx'), 'TokensPage'),
})

const secrets = createRoute({
  getParentRoute: () => workspace,
  path: '/settings/secrets',
  component: lazyRouteComponent(() => import('./settings/secrets-page.tsx'), 'SecretsPage'),
})

const audit = createRoute({
  getParentRoute: () => workspace,
  path: '/settings/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./settings/audit-page.tsx'), 'AuditPage'),
})

const routeTree = root.addChildren([
  signIn,
  welcome,
  frame.addChildren([
    home,
    account,
    people,
    workspace.addChildren([
      workspaceHome,
      jobs,
      newJob,
      job.addChildren(jobTabs),
      sql,
      notebooks,
      notebook,
      catalog,
      entry,
      alerts,
      alertHistory,
      alertRules,
      alertChannels,
      members,
      tokens,
      secrets,
      audit,
    ]),
  ]),
])

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: BrokenPage,
  defaultPendingComponent: WaitingPage,
  defaultPendingMs: 300,
  // Addresses are read by people: names and words stand in them as they are.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
    return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
  },
})

onSignedOut(() => {
  const { pathname, href } = router.state.location
  if (pathname === '/sign-in' || pathname === '/welcome') return
  queryClient.removeQueries()
  void router.navigate({ to: '/sign-in', search: { to: href } })
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
