import { defineErrors } from '#base'

/** Every error of the `plan` room: plans that are well formed and ask for what streams cannot give. */
export const planErrors = defineErrors({
  PLAN_UPDATES_REFUSED: {
    blame: 'user',
    message: '{consumer} takes inserts only, but its input changes rows',
    detail: 'The changes come from {producer}.',
  },
  PLAN_SINK_TAKES_INSERTS_ONLY: {
    blame: 'user',
    message: 'table "{table}" takes inserts only, but the query changes rows it gave before',
    detail: 'The changes come from {producer}.',
    hint: 'Aggregate per window so that each result is final, or write to a connector that takes updates.',
  },
  PLAN_SINK_NEEDS_KEY: {
    blame: 'user',
    message: 'table "{table}" needs a primary key to take updates',
    detail: 'The query changes rows it gave before, and the connector finds them by key. The changes come from {producer}.',
    hint: 'Declare PRIMARY KEY (…) NOT ENFORCED on the table.',
  },
})
