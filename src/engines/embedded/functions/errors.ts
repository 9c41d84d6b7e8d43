/** What evaluations of functions can fail with. */
import { defineErrors } from '#base'

export const functionErrors = defineErrors({
  ENGINE_ARGUMENT_REFUSED: { blame: 'user', message: 'function {function} cannot take {argument}' },
  ENGINE_BYTES_NOT_BITMAP: {
    blame: 'user',
    message: 'could not read bytes as a bitmap',
    hint: 'They have to be of the portable form of Roaring bitmaps.',
  },
  ENGINE_CHARSET_NOT_FOUND: {
    blame: 'user',
    message: 'character set "{charset}" does not exist',
    hint: 'Use US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE or UTF-16LE.',
  },
  ENGINE_FUNCTION_ASYNC: {
    blame: 'user',
    message: 'function {name} gives its values later, which cannot be waited for here',
    hint: 'Call it in SELECT or WHERE of a sub-query, and use its result.',
  },
  ENGINE_JSON_REFUSED: { blame: 'user', message: '{function} cannot give a value: {problem}' },
  ENGINE_PATTERN_REFUSED: { blame: 'user', message: 'pattern {pattern} cannot be used: {problem}' },
  ENGINE_TEXT_NOT_BASE64: { blame: 'user', message: 'could not read {text} as Base64' },
  ENGINE_VARIANT_KIND: {
    blame: 'user',
    message: '{step} cannot be read from a VARIANT that is {kind}',
    hint: 'Keys are read from objects, and places from arrays.',
  },
})
