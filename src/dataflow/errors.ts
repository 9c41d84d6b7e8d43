/** What can go wrong inside the kernel. Broken invariants are assertions; these are limits that data can reach. */
import { defineErrors } from '#base'

export const dataflowErrors = defineErrors({
  DATAFLOW_DICTIONARY_FULL: {
    blame: 'user',
    message: 'distinct key texts need more than {limitBytes} bytes in one operator',
    detail: 'Texts that are grouped, joined or partitioned by are kept once each while their rows are kept.',
    hint: 'Set "table.exec.state.ttl" so that old keys are dropped, or use a shorter key.',
  },
  DATAFLOW_MATCH_RUNS_FULL: {
    blame: 'user',
    message: 'a partition of MATCH_RECOGNIZE has more than {limit} matches under way',
    detail: 'Every row that the first variable takes begins one, and it stays under way as long as rows fit the pattern.',
    hint: 'Limit their time with WITHIN, or give the variables conditions that do not hold for every row.',
  },
  DATAFLOW_MATCH_SKIP_ENDLESS: {
    blame: 'user',
    message: 'cannot skip to "{variable}" after a match, for that is its first row',
    detail: 'The next match would begin with the same row, again and again.',
    hint: 'Write AFTER MATCH SKIP TO NEXT ROW, or skip to a variable that comes later in the pattern.',
  },
  DATAFLOW_MATCH_SKIP_MISSING: {
    blame: 'user',
    message: 'cannot skip to "{variable}" after a match without a row of "{variable}"',
    hint: 'Skip to a variable that every match has: one without *, ? or {0,n} in the pattern.',
  },
  DATAFLOW_PERCENTAGE: {
    blame: 'user',
    message: 'function PERCENTILE expects percentages from 0 to 1, got {got}',
  },
  DATAFLOW_TEXTS_FULL: {
    blame: 'user',
    message: 'texts of one column of kept rows need more than {limitBytes} bytes in one operator',
    hint: 'Set "table.exec.state.ttl" so that old rows are dropped, or select fewer columns.',
  },
})
