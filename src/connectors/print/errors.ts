/** Everything that can go wrong while rows are printed. */
import { defineErrors } from '#base'

export const printErrors = defineErrors({
  CONNECTORS_PRINT_STREAM_CLOSED: {
    blame: 'external',
    message: 'could not print the rows of table "{table}"',
    detail: 'The {stream} was closed: {cause}.',
  },
})
