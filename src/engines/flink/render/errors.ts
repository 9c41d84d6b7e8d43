/** What a plan has that Flink SQL cannot say. */
import { defineErrors } from '#base'

export const renderErrors = defineErrors({
  ENGINE_FLINK_RENDER_FUNCTION: { blame: 'user', message: 'function {function} cannot be said in Flink SQL: {reason}' },
  ENGINE_FLINK_RENDER_RELATION: { blame: 'user', message: 'a {relation} cannot be said in Flink SQL: {reason}' },
  ENGINE_FLINK_RENDER_VALUE: { blame: 'user', message: 'a value of type {type} cannot be said in Flink SQL: {reason}' },
  ENGINE_FLINK_RENDER_NAME: { blame: 'user', message: 'the name "{name}" cannot be said in Flink SQL: {reason}' },
  ENGINE_FLINK_RENDER_VERSION: {
    blame: 'user',
    message: 'version {version} of Flink has no {what}',
    hint: 'It is there since Flink {since}.',
  },
})
