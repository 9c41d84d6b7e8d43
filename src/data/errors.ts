/** The coded errors of this room: what can go wrong with types and values. */
import { defineErrors } from '#base'

export const dataErrors = defineErrors({
  DATA_CAST_FAILED: {
    blame: 'user',
    message: 'cannot cast {value} from {from} to {to}',
    hint: 'Use TRY_CAST to get NULL instead.',
  },
  DATA_CAST_UNSUPPORTED: {
    blame: 'user',
    message: 'a value of type {from} cannot be cast to {to}',
  },
  DATA_VALUE_TOO_LONG: {
    blame: 'user',
    message: 'cannot make a value of more than {most} characters or bytes',
  },
  DATA_DIVISION_BY_ZERO: {
    blame: 'user',
    message: 'cannot divide by zero',
    hint: 'Use NULLIF(divisor, 0) to get NULL instead.',
  },
  DATA_TYPE_NOT_ORDERED: {
    blame: 'user',
    message: 'values of type {type} have no order',
  },
  DATA_TIME_ZONE_NOT_FOUND: {
    blame: 'user',
    message: 'time zone "{zone}" does not exist',
    hint: 'Use a region such as "Europe/Paris", an offset such as "GMT+08:00", or "UTC".',
  },
  DATA_ENCODING_DAMAGED: {
    blame: 'external',
    message: 'encoded rows are damaged at byte {at} of {length}',
  },
  DATA_DATE_PATTERN_REFUSED: {
    blame: 'user',
    message: 'date pattern "{pattern}" cannot be used: {reason}',
  },
})
