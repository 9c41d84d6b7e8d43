/** What can go wrong inside the kernel. Broken invariants are assertions; these are limits that data can reach. */
import { defineErrors } from '#base'

export const dataflowErrors = defineErrors({
  DATAFLOW_DICTIONARY_FULL: {
    blame: 'user',
    message: 'distinct key texts need more than {limitBytes} bytes in one operator',
    detail: 'Texts that are grouped, joined or partitioned by are kept once each while their rows are kept.',
    hint: 'Set "table.exec.state.ttl" so that old keys are dropped, or use a shorter key.',
  },
  DATAFLOW_TEXTS_FULL: {
    blame: 'user',
    message: 'texts of one column of kept rows need more than {limitBytes} bytes in one operator',
    hint: 'Set "table.exec.state.ttl" so that old rows are dropped, or select fewer columns.',
  },
})
