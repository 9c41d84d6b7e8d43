import { defineErrors } from '#base'

/** Every error of the `catalog` room. */
export const catalogErrors = defineErrors({
  CATALOG_CATALOG_EXISTS: {
    blame: 'user',
    message: 'catalog "{name}" already exists',
    hint: 'Add IF NOT EXISTS to keep the one that is there.',
  },
  CATALOG_CATALOG_IN_USE: {
    blame: 'user',
    message: 'cannot drop catalog "{name}" while it is the current one',
    hint: 'Switch to another catalog with USE CATALOG first.',
  },
  CATALOG_CATALOG_NOT_FOUND: {
    blame: 'user',
    message: 'catalog "{name}" does not exist',
  },
  CATALOG_SECRET_LITERAL: {
    blame: 'user',
    message: 'option "{key}" holds a secret, and would be kept for others to read',
    hint: "Keep the value as a secret, and write '${secret:its-name}' instead; or make the table TEMPORARY.",
  },
  CATALOG_CONNECTION_EXISTS: {
    blame: 'user',
    message: 'connection "{name}" already exists',
    hint: 'Add IF NOT EXISTS to keep the one that is there, or change it with ALTER CONNECTION.',
  },
  CATALOG_CONNECTION_HIDDEN: {
    blame: 'user',
    message: 'cannot drop connection "{name}" while a temporary one of the same name hides it',
    hint: 'Drop the temporary one first: DROP TEMPORARY CONNECTION {name}.',
  },
  CATALOG_CONNECTION_IN_USE: {
    blame: 'user',
    message: 'cannot {verb} connection "{name}" while tables use it',
    hint: 'Drop these tables first, or make them anew with another connection.',
  },
  CATALOG_CONNECTION_NOT_FOUND: {
    blame: 'user',
    message: 'connection "{name}" does not exist',
  },
  CATALOG_CONNECTION_OPTION: {
    blame: 'user',
    message: 'option "{key}" of connection "{name}" has another value in table "{table}", which uses it',
    hint: "Take the option out of the table first: ALTER TABLE {table} RESET ('{key}').",
  },
  CATALOG_ENTRY_NOT_FOUND: { blame: 'user', message: 'the workspace has no "{id}" in its catalog' },
  CATALOG_FULL: { blame: 'user', message: 'a workspace keeps at most {most} tables and other things', hint: 'Drop what nobody needs.' },
  CATALOG_NAME_UNKEPT: {
    blame: 'user',
    message: 'the name of {kind} "{name}" cannot be kept',
    hint: 'Give it a shorter name, of whole characters.',
  },
  CATALOG_DATABASE_EXISTS: {
    blame: 'user',
    message: 'database "{name}" already exists',
    hint: 'Add IF NOT EXISTS to keep the one that is there.',
  },
  CATALOG_DATABASE_IN_USE: {
    blame: 'user',
    message: 'cannot drop database "{name}" while it is the current one',
    hint: 'Switch to another database with USE first.',
  },
  CATALOG_DATABASE_NOT_EMPTY: {
    blame: 'user',
    message: 'cannot drop database "{name}" because it is not empty',
    hint: 'Add CASCADE to drop what is in it as well.',
  },
  CATALOG_DATABASE_NOT_FOUND: {
    blame: 'user',
    message: 'database "{name}" does not exist',
  },
  CATALOG_FUNCTION_EXISTS: {
    blame: 'user',
    message: 'function "{name}" already exists',
    hint: 'Add IF NOT EXISTS to keep the one that is there, or drop it first.',
  },
  CATALOG_FUNCTION_NOT_FOUND: {
    blame: 'user',
    message: 'function "{name}" does not exist',
  },
  CATALOG_TABLE_EXISTS: {
    blame: 'user',
    message: '{kind} "{name}" already exists',
    hint: 'Add IF NOT EXISTS to keep it, or drop it first.',
  },
  CATALOG_TABLE_HIDDEN: {
    blame: 'user',
    message: 'cannot change {kind} "{name}" while a temporary one of the same name hides it',
    hint: 'Drop the temporary one first: DROP TEMPORARY {word} {name}.',
  },
  CATALOG_TABLE_NOT_FOUND: {
    blame: 'user',
    message: '{kind} "{name}" does not exist',
  },
  CATALOG_TABLE_OTHER_KIND: {
    blame: 'user',
    message: '"{name}" is a {kind}, not a {expected}',
    hint: 'Write {word} instead.',
  },
})
