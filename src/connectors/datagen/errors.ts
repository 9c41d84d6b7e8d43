/** Everything that can be wrong with a table of the connector. */
import { defineErrors } from '#base'

export const datagenErrors = defineErrors({
  CONNECTORS_DATAGEN_FIELD_NOT_FOUND: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" is for a field that does not exist',
    detail: 'The columns are {columns}.',
  },
  CONNECTORS_DATAGEN_OPTION_UNFIT: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" does not suit the type of its field',
    detail: 'A field of type {type} takes {options}.',
  },
  CONNECTORS_DATAGEN_VALUE_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" does not have a value that fits',
    detail: 'Expected {expected}, got "{actual}".',
  },
  CONNECTORS_DATAGEN_RANGE_EMPTY: {
    blame: 'user',
    message: 'field "{field}" of table "{table}" has a least value above its greatest',
    detail: 'The least is {min}, the greatest is {max}.',
  },
  CONNECTORS_DATAGEN_TYPE_UNSUPPORTED: {
    blame: 'user',
    message: 'field "{field}" of table "{table}" cannot be made, because its type is {type}',
    hint: 'Make what it is made of, and the value in the query: PARSE_JSON(…) of a STRING, BITMAP_BUILD(…) of an ARRAY<INT>.',
  },
  CONNECTORS_DATAGEN_BOUND_MISSING: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" is missing',
    detail: 'A sequence has a start and an end.',
  },
})
