import { defineErrors } from '#base'

/** Every error of the `sql` room. Errors of the text come first, by stage; each carries a position in the statement. */
export const sqlErrors = defineErrors({
  // Words and characters.
  SQL_CHARACTER_UNEXPECTED: {
    blame: 'user',
    message: 'the character {character} cannot stand here',
  },
  SQL_COMMENT_UNCLOSED: {
    blame: 'user',
    message: 'the comment that starts here has no end',
    hint: 'Close it with */.',
  },
  SQL_DOUBLE_QUOTES: {
    blame: 'user',
    message: 'double quotes have no meaning in Flink SQL',
  },
  SQL_ESCAPE_MALFORMED: {
    blame: 'user',
    message: 'expected {expected}, got {got}',
  },
  SQL_NAME_UNCLOSED: {
    blame: 'user',
    message: 'the name that starts with {start} has no closing backtick',
    hint: 'Close it with `. Inside a name in backticks, write `` for one backtick.',
  },
  SQL_STRING_UNCLOSED: {
    blame: 'user',
    message: 'the text that starts with {start} has no closing quote',
    hint: "Close it with '. Inside a text, write '' for one quote.",
  },

  // Statements.
  SQL_NESTING_TOO_DEEP: {
    blame: 'user',
    message: 'the statement is nested more than {limit} levels deep',
    hint: 'Split it: name the inner parts in a WITH clause or in views.',
  },
  SQL_OPERATOR_NOT_FOUND: {
    blame: 'user',
    message: 'there is no operator {operator} in Flink SQL',
  },
  SQL_RESERVED_WORD: {
    blame: 'user',
    message: '"{word}" is a reserved word and cannot be {role}',
    hint: 'Write it in backticks: `{word}`.',
  },
  SQL_SYNTAX: {
    blame: 'user',
    message: 'expected {expected}, got {got}',
  },
  SQL_TOO_MANY_ERRORS: {
    blame: 'user',
    message: 'more than {limit} errors; the rest of the text was not read',
    hint: 'Correct the first errors and try again.',
  },
})
