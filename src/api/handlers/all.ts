/** A handler for each route of the contract. */
import type { Access } from '#access'
import type { LiveCells } from '#live'
import type { Monitor } from '#monitor'
import type { Notebooks } from '#notebook'
import type { WorkspaceSessions } from '#processes'
import type { WorkspaceSecrets } from '#secrets'
import type { Handlers } from '../call.ts'
import type { Contract } from '../contract/index.ts'
import type { Oidc } from '../oidc.ts'
import type { RuleCheck } from '../rule-query.ts'
import { type CatalogParts, catalogHandlers } from './catalog.ts'
import { type JobParts, jobHandlers } from './jobs.ts'
import { liveHandlers } from './live.ts'
import { monitorHandlers } from './monitor.ts'
import { notebookHandlers } from './notebooks.ts'
import { peopleHandlers } from './people.ts'
import { secretHandlers } from './secrets.ts'
import { sqlHandlers } from './sql.ts'

export interface ServerParts extends JobParts, CatalogParts {
  readonly access: Access
  readonly sessions: WorkspaceSessions
  readonly notebooks: Notebooks
  readonly live: LiveCells
  readonly monitor: Monitor
  readonly secrets: WorkspaceSecrets
  /** What is wrong with the query of an alert rule, with places in its text. */
  readonly checkRuleQuery: RuleCheck
  readonly version: string
  /** Who vouches for people; null: nobody. */
  readonly oidc: Oidc | null
}

export function allHandlers(parts: ServerParts): Handlers<Contract> {
  return {
    ...peopleHandlers(parts.access, parts.version, parts.oidc),
    ...jobHandlers(parts),
    ...sqlHandlers(parts.sessions),
    ...catalogHandlers(parts),
    ...monitorHandlers(parts.monitor, parts.jobs, parts.checkRuleQuery),
    ...notebookHandlers(parts.notebooks),
    ...liveHandlers(parts.live),
    ...secretHandlers(parts.secrets),
  }
}
