/** What evaluations of functions can fail with. */
import { defineErrors } from '#base'

export const functionErrors = defineErrors({
  ENGINE_ARGUMENT_REFUSED: { blame: 'user', message: 'function {function} cannot take {argument}' },
  ENGINE_CHARSET_NOT_FOUND: {
    blame: 'user',
    message: 'character set "{charset}" does not exist',
    hint: 'Use US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE or UTF-16LE.',
  },
  ENGINE_JSON_REFUSED: { blame: 'user', message: '{function} cannot give a value: {problem}' },
  ENGINE_PATTERN_REFUSED: { blame: 'user', message: 'pattern {pattern} cannot be used: {problem}' },
  ENGINE_TEXT_NOT_BASE64: { blame: 'user', message: 'could not read {text} as Base64' },
})
