/** Everything that can be wrong with a table of the connector. */
import { defineErrors } from '#base'

export const nexmarkErrors = defineErrors({
  CONNECTORS_NEXMARK_COLUMN_NOT_FOUND: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" is none of the Nexmark generator\'s',
    detail: 'Its columns are event_type, person, auction and bid.',
  },
  CONNECTORS_NEXMARK_COLUMN_MISMATCH: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" has a type that does not fit',
    detail: 'Expected {expected}, got {actual}.',
  },
  CONNECTORS_NEXMARK_OPTION_OUT_OF_RANGE: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" is out of range',
    detail: 'Expected {expected}, got {actual}.',
  },
  CONNECTORS_NEXMARK_EVENTS_MISSING: {
    blame: 'user',
    message: 'table "{table}" would have no events',
    hint: 'Set one of "person.proportion", "auction.proportion" and "bid.proportion" above 0.',
  },
})
