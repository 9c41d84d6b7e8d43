/** Everything that can go wrong between Millrace and an outside system. Each connector keeps its own table in its folder. */
import { defineErrors } from '#base'

export const connectorErrors = defineErrors({
  CONNECTORS_CONNECTOR_NOT_FOUND: {
    blame: 'user',
    message: 'connector "{name}" does not exist',
  },
  CONNECTORS_CONNECTOR_MISSING: {
    blame: 'user',
    message: 'option "connector" of table "{table}" is missing',
    hint: "Add 'connector' = '…' to the WITH clause.",
  },
  CONNECTORS_LOOKUP_CACHE_UNBOUNDED: {
    blame: 'user',
    message: 'the cache of looked-up rows of table "{table}" has no limit',
  },
  CONNECTORS_ALIGNMENT_PARTIAL: {
    blame: 'user',
    message: 'option "{missing}" of table "{table}" is missing',
    detail: 'A table is aligned with others by a group and by how far it may be ahead of them.',
    hint: "Add '{missing}' beside '{given}'.",
  },
  CONNECTORS_WATERMARK_GAP: {
    blame: 'user',
    message: 'expected a gap of 1 row or more between two watermarks of table "{table}", got {gap}',
  },
})
