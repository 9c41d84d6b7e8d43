/** The whole contract: what can be asked of a server, by whom, and what it answers. The browser imports the types of it. */
import { catalogRoutes } from './catalog-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { liveRoutes } from './live-routes.ts'
import { monitorRoutes } from './monitor-routes.ts'
import { notebookRoutes } from './notebook-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { secretRoutes } from './secret-routes.ts'
import { sqlRoutes } from './sql-routes.ts'

export const routes = {
  ...peopleRoutes,
  ...jobRoutes,
  ...sqlRoutes,
  ...catalogRoutes,
  ...notebookRoutes,
  ...liveRoutes,
  ...monitorRoutes,
  ...secretRoutes,
}
export type Contract = typeof routes
export type { AnswerOf, BodyOf, Failure, PathNames, QueryOf } from './route.ts'
