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
  SQL_STATEMENT_TOO_LARGE: {
    blame: 'user',
    message: 'the statement would compare this operand too often',
    detail: 'BETWEEN and CASE compare it anew for each bound and branch, and each time with all that is inside.',
    hint: 'Compute it in a subquery first, and compare its column.',
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

  // Names.
  SQL_ALIAS_COLUMNS: {
    blame: 'user',
    message: '"{alias}" names {got}, and there are {expected}',
  },
  SQL_ALIAS_DUPLICATE: {
    blame: 'user',
    message: 'two tables in FROM are called "{alias}"',
    hint: 'Give one of them another name with AS.',
  },
  SQL_ALIAS_NOT_FOUND: {
    blame: 'user',
    message: 'no table in FROM is called "{alias}"',
  },
  SQL_CATALOG_NOT_FOUND: {
    blame: 'user',
    message: 'catalog "{catalog}" does not exist',
  },
  SQL_COLUMN_AMBIGUOUS: {
    blame: 'user',
    message: 'column "{column}" is ambiguous: it is {where}',
  },
  SQL_COLUMN_DUPLICATE: {
    blame: 'user',
    message: 'column "{column}" is twice in {owner}',
  },
  SQL_COLUMN_EXPECTED: {
    blame: 'user',
    message: '{clause} takes a column, not an expression',
  },
  SQL_COLUMN_IN_USE: {
    blame: 'user',
    message: 'column "{column}" cannot be changed while {by} uses it',
  },
  SQL_COLUMN_LIST_INCOMPLETE: {
    blame: 'user',
    message: 'the list of columns leaves out "{column}" of the query',
    hint: 'List every column of the query, in the order that the table shall have.',
  },
  SQL_COLUMN_NOT_FOUND: {
    blame: 'user',
    message: 'column "{column}" does not exist in {owner}',
  },
  SQL_COLUMN_TYPE_MISSING: {
    blame: 'user',
    message: 'column "{column}" needs a type',
  },
  SQL_CONNECTION_CONNECTOR: {
    blame: 'user',
    message: 'the connector of connection "{connection}" cannot be changed',
    detail: 'Its other options are those of this connector, and so are the tables that use it.',
    hint: 'Create another connection.',
  },
  SQL_CONNECTION_LOST: {
    blame: 'user',
    message: 'connection "{connection}", which table "{table}" uses, does not exist any more',
    hint: 'Create the connection anew: the table finds it by its name.',
  },
  SQL_CONNECTION_NOT_FOUND: {
    blame: 'user',
    message: 'connection "{connection}" does not exist',
  },
  SQL_CONNECTION_OPTION: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" has another value in connection "{connection}"',
    detail: 'What a connection says is the same for all tables that use it.',
  },
  SQL_CONNECTION_TEMPORARY: {
    blame: 'user',
    message: 'table "{table}" cannot use connection "{connection}", which is temporary',
    hint: 'Make the table TEMPORARY, or the connection permanent.',
  },
  SQL_DATABASE_NOT_FOUND: {
    blame: 'user',
    message: 'database "{database}" does not exist',
  },
  SQL_FIELD_NOT_FOUND: {
    blame: 'user',
    message: 'the row has no field "{field}"',
  },
  SQL_FIELD_OF_PLAIN_TYPE: {
    blame: 'user',
    message: 'a value of type {type} has no fields',
  },
  SQL_FUNCTION_NOT_FOUND: {
    blame: 'user',
    message: 'function "{function}" does not exist',
  },
  SQL_PATH_TOO_LONG: {
    blame: 'user',
    message: 'the name "{name}" has too many parts',
  },
  SQL_TABLE_NOT_FOUND: {
    blame: 'user',
    message: 'table "{table}" does not exist',
  },
  SQL_TYPE_NOT_FOUND: {
    blame: 'user',
    message: 'type "{type}" does not exist',
  },
  SQL_VIEW_BROKEN: {
    blame: 'user',
    message: 'view "{view}" cannot be read any more: {reason}',
  },
  SQL_VIEW_CIRCULAR: {
    blame: 'user',
    message: 'view "{view}" reads itself',
  },
  SQL_WINDOW_NOT_FOUND: {
    blame: 'user',
    message: 'window "{window}" is not defined in this query',
  },

  // Expressions and types.
  SQL_ARGUMENT_COUNT: {
    blame: 'user',
    message: '{function} takes {expected}, got {got}',
  },
  SQL_ARGUMENT_PLACE: {
    blame: 'user',
    message: '{what} cannot be an argument of {function}',
  },
  SQL_ARGUMENT_TYPES: {
    blame: 'user',
    message: '{function} cannot take {types}',
  },
  SQL_CASE_TYPES: {
    blame: 'user',
    message: 'the results of CASE have no type in common: {types}',
  },
  SQL_CAST_REFUSED: {
    blame: 'user',
    message: 'a value of type {from} cannot be cast to {to}',
  },
  SQL_CONDITION_NOT_BOOLEAN: {
    blame: 'user',
    message: '{clause} needs a condition, got {got}',
  },
  SQL_LITERAL_MALFORMED: {
    blame: 'user',
    message: 'expected {expected}, got {got}',
  },
  SQL_LITERAL_OUT_OF_RANGE: {
    blame: 'user',
    message: 'the {literal} cannot be represented',
  },
  SQL_OPERATOR_TYPES: {
    blame: 'user',
    message: 'operator {operator} cannot take {types}',
  },
  SQL_PARAMETER_NOT_FOUND: {
    blame: 'user',
    message: '{function} has no parameter "{parameter}"',
  },
  SQL_ROW_SIZES: {
    blame: 'user',
    message: 'cannot compare a row of {left} values with a row of {right}',
  },
  SQL_STAR_ARGUMENT: {
    blame: 'user',
    message: '{function} cannot take *',
    hint: 'Name a column. COUNT(*) counts rows.',
  },
  SQL_STAR_WITHOUT_FROM: {
    blame: 'user',
    message: 'SELECT * needs FROM',
  },
  SQL_TYPES_NOT_COMPARABLE: {
    blame: 'user',
    message: 'cannot compare {left} with {right}',
  },
  SQL_TYPE_PARAMETER: {
    blame: 'user',
    message: 'the {parameter} of {type} must be {expected}, got {got}',
  },
  SQL_UNNEST_TYPE: {
    blame: 'user',
    message: 'UNNEST takes an array, a map or a multiset, got {got}',
  },
  SQL_VALUES_TYPES: {
    blame: 'user',
    message: 'column {column} of VALUES has no type in common: {types}',
  },
  SQL_VALUES_WIDTH: {
    blame: 'user',
    message: 'row {row} of VALUES has {got}, and the first has {expected}',
  },

  // Queries.
  SQL_AGGREGATE_NESTED: {
    blame: 'user',
    message: 'aggregate function {function} cannot stand inside {outer}',
  },
  SQL_AGGREGATE_PLACE: {
    blame: 'user',
    message: 'aggregate function {function} cannot stand in {clause}',
  },
  SQL_COLUMN_NOT_GROUPED: {
    blame: 'user',
    message: 'column "{column}" is neither grouped by nor aggregated',
  },
  SQL_CORRELATION_PLACE: {
    blame: 'user',
    message: 'column "{column}" of the query around cannot be used in {clause} of a subquery',
    hint: 'Relate the subquery to the query around in its WHERE.',
  },
  SQL_CORRELATION_SHAPE: {
    blame: 'user',
    message: 'a subquery of this form cannot use columns of the query around',
  },
  SQL_GROUPING_ARGUMENT: {
    blame: 'user',
    message: 'GROUPING takes expressions that are grouped by',
  },
  SQL_GROUPING_PLACE: {
    blame: 'user',
    message: '{function} can only stand beside GROUP BY, with expressions that are grouped by',
  },
  SQL_GROUPING_SETS_TOO_MANY: {
    blame: 'user',
    message: 'GROUP BY makes more than {limit} grouping sets',
  },
  SQL_GROUP_BY_ALIAS: {
    blame: 'user',
    message: 'the alias "{alias}" cannot be grouped by',
  },
  SQL_GROUP_BY_ORDINAL: {
    blame: 'user',
    message: 'GROUP BY {literal} groups by the constant {literal}',
  },
  SQL_HINT_DURATION: {
    blame: 'user',
    message: 'the hint {hint} takes a duration such as 12 h, got "{value}"',
  },
  SQL_HINT_FORM: {
    blame: 'user',
    message: 'a hint of options takes pairs of key and value',
  },
  SQL_HINT_NOT_FOUND: {
    blame: 'user',
    message: 'hint {hint} does not exist',
  },
  SQL_HINT_OPTION_MISSING: {
    blame: 'user',
    message: 'the hint {hint} needs the option "{option}"',
  },
  SQL_HINT_OPTION_NOT_FOUND: {
    blame: 'user',
    message: 'the hint {hint} has no option "{option}"',
  },
  SQL_HINT_OPTION_VALUE: {
    blame: 'user',
    message: 'option "{option}" of the hint {hint} takes {expected}, got "{value}"',
  },
  SQL_HINT_PLACE: {
    blame: 'user',
    message: 'the hint {hint} cannot stand here',
  },
  SQL_HINT_TABLE: {
    blame: 'user',
    message: 'the hint {hint} names "{table}", which is no table of this query',
  },
  SQL_HINT_TABLES_EXPECTED: {
    blame: 'user',
    message: 'the hint {hint} takes names of tables',
  },
  SQL_IN_COLUMNS: {
    blame: 'user',
    message: 'IN compares {expected} with a query of {got}',
  },
  SQL_NOT_AN_AGGREGATE: {
    blame: 'user',
    message: '{clause} cannot stand with {function}',
    hint: 'It belongs to other functions: DISTINCT, FILTER and OVER to aggregate functions, such as COUNT or SUM.',
  },
  SQL_NOT_A_TABLE_FUNCTION: {
    blame: 'user',
    message: '"{function}" is not a table function',
  },
  SQL_ORDER_NOT_SELECTED: {
    blame: 'user',
    message: 'SELECT DISTINCT can only be ordered by what it selects',
    hint: 'Add the expression to the SELECT list, or order by its items.',
  },
  SQL_ORDER_PLACE: {
    blame: 'user',
    message: 'ORDER BY {place} names a place, and the SELECT list has {count}',
  },
  SQL_ORDER_TYPE: {
    blame: 'user',
    message: 'values of type {type} have no order',
  },
  SQL_ROW_COUNT: {
    blame: 'user',
    message: '{clause} counts at most {max} rows, got {got}',
  },
  SQL_SET_TYPES: {
    blame: 'user',
    message: 'column {column} of {operator} has no type in common: {types}',
    hint: 'Convert the columns to one type with CAST(… AS …).',
  },
  SQL_SET_WIDTH: {
    blame: 'user',
    message: '{operator} needs queries of equally many columns, got {left} and {right}',
  },
  SQL_SUBQUERY_COLUMNS: {
    blame: 'user',
    message: 'a subquery that stands for a value gives one column, got {got}',
  },
  SQL_SUBQUERY_PLACE: {
    blame: 'user',
    message: '{what} cannot stand here',
    hint: 'Queries inside a statement stand in FROM, WHERE, HAVING and the SELECT list, outside of aggregate functions.',
  },
  SQL_TABLE_FUNCTION_PLACE: {
    blame: 'user',
    message: 'table function {function} cannot stand in an expression',
  },

  // Windows and time.
  SQL_AS_OF_CONDITION: {
    blame: 'user',
    message: 'FOR SYSTEM_TIME AS OF needs a condition that compares the keys',
  },
  SQL_AS_OF_KEY_MISSING: {
    blame: 'user',
    message: 'table "{table}" has no primary key that would tell whose version a row is',
  },
  SQL_AS_OF_KEY_UNUSED: {
    blame: 'user',
    message: 'FOR SYSTEM_TIME AS OF needs the whole key of table "{table}" in the join condition',
  },
  SQL_AS_OF_PLACE: {
    blame: 'user',
    message: 'FOR SYSTEM_TIME AS OF can only stand on the right side of a join',
  },
  SQL_AS_OF_TIME_TYPES: {
    blame: 'user',
    message: 'FOR SYSTEM_TIME AS OF compares times of one type, got {left} and {right}',
  },
  SQL_AS_OF_UNVERSIONED: {
    blame: 'user',
    message: 'table "{table}" keeps no versions that could be read as of an event time',
  },
  SQL_DESCRIPTOR_EXPECTED: {
    blame: 'user',
    message: '{function} takes the time column as DESCRIPTOR(column)',
  },
  SQL_FRAME_OFFSET: {
    blame: 'user',
    message: '{unit} takes {expected}, got {got}',
  },
  SQL_GROUP_WINDOW_PLACE: {
    blame: 'user',
    message: '{function} can only stand beside the same window in GROUP BY',
    hint: 'Group by the window, with the same arguments.',
  },
  SQL_OVER_MISSING: {
    blame: 'user',
    message: 'function {function} needs OVER',
  },
  SQL_OVER_ORDER_MISSING: {
    blame: 'user',
    message: 'function {function} needs ORDER BY in OVER',
  },
  SQL_OVER_PLACE: {
    blame: 'user',
    message: 'function {function} with OVER cannot stand in {clause}',
  },
  SQL_TABLE_ARGUMENT: {
    blame: 'user',
    message: '{function} takes a table as its first argument',
  },
  SQL_TIME_COLUMN_NEEDED: {
    blame: 'user',
    message: 'column "{column}" is not a time column',
  },
  SQL_WATERMARK_COLUMN_TYPE: {
    blame: 'user',
    message: 'a watermark needs a TIMESTAMP(3) or TIMESTAMP_LTZ(3) column, and "{column}" is {got}',
  },
  SQL_WATERMARK_DUPLICATE: {
    blame: 'user',
    message: 'a table has one watermark, and this is another',
  },
  SQL_WATERMARK_NOT_FOUND: {
    blame: 'user',
    message: 'table "{table}" has no watermark',
  },
  SQL_WATERMARK_TYPE: {
    blame: 'user',
    message: 'a watermark is a TIMESTAMP of at most milliseconds, got {got}',
  },
  SQL_WINDOW_LENGTH: {
    blame: 'user',
    message: 'the {parameter} of a window must be {expected}',
  },
  SQL_WINDOW_PARTITION: {
    blame: 'user',
    message: '{function} takes no PARTITION BY',
    hint: 'Only SESSION has windows of each key. Group by the key and the window instead.',
  },
  SQL_WINDOW_STEP: {
    blame: 'user',
    message: 'the size of {size} must be a multiple of the step of {step}',
  },

  // Patterns.
  SQL_MATCH_AGGREGATE: {
    blame: 'user',
    message: '{clause} cannot stand in an aggregate function of MATCH_RECOGNIZE',
  },
  SQL_MATCH_COLUMNS: {
    blame: 'user',
    message: '{function} in MATCH_RECOGNIZE needs columns of one pattern variable, got {got}',
  },
  SQL_MATCH_FUNCTION_PLACE: {
    blame: 'user',
    message: '{function} can only stand in {place}',
  },
  SQL_MATCH_MEASURES_MISSING: {
    blame: 'user',
    message: 'MATCH_RECOGNIZE needs MEASURES, which are the columns of its rows',
  },
  SQL_MATCH_NESTED: {
    blame: 'user',
    message: '{function} cannot stand inside {outer} in MATCH_RECOGNIZE',
  },
  SQL_MATCH_OFFSET: {
    blame: 'user',
    message: '{function} counts rows by a whole number from 0, got {got}',
  },
  SQL_MATCH_ORDER: {
    blame: 'user',
    message: 'MATCH_RECOGNIZE needs ORDER BY with a time column first, ascending',
  },
  SQL_MATCH_ROWTIME: {
    blame: 'user',
    message: 'MATCH_ROWTIME needs {expected}, got {got}',
  },
  SQL_MATCH_WITHIN: {
    blame: 'user',
    message: 'WITHIN takes {expected}, got {got}',
  },
  SQL_PATTERN_GREEDY_LAST: {
    blame: 'user',
    message: 'the last variable of a pattern cannot be greedy',
    detail: 'A match is found with its last row, and a greedy variable could always take one more.',
  },
  SQL_PATTERN_MATCHES_NOTHING: {
    blame: 'user',
    message: 'every variable of the pattern may be without rows',
    hint: 'Let one of them take at least one row.',
  },
  SQL_PATTERN_QUANTIFIER: {
    blame: 'user',
    message: 'the quantifier {quantifier} {problem}',
  },
  SQL_PATTERN_VARIABLE_NOT_FOUND: {
    blame: 'user',
    message: 'no pattern variable is called "{variable}"',
  },
  SQL_PATTERN_VARIABLE_TWICE: {
    blame: 'user',
    message: 'the pattern variable "{variable}" {problem}',
  },

  // Tables and what is written to them.
  SQL_COMPUTED_NULL: {
    blame: 'user',
    message: 'column "{column}" has no type, for it is always NULL',
  },
  SQL_INSERT_COLUMN_COUNT: {
    blame: 'user',
    message: 'table "{table}" takes {expected}, the query gives {got}',
  },
  SQL_INSERT_COLUMN_MISSING: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" takes no NULL, and the statement leaves it out',
  },
  SQL_INSERT_COLUMN_READ_ONLY: {
    blame: 'user',
    message: 'column "{column}" cannot be written',
    hint: 'It is computed, or only read from the metadata of the table.',
  },
  SQL_INSERT_INTO_VIEW: {
    blame: 'user',
    message: 'cannot insert into view "{view}"',
    hint: 'Insert into the tables that it reads.',
  },
  SQL_INSERT_TYPE: {
    blame: 'user',
    message: 'column "{column}" takes {expected}, got {got}',
  },
  SQL_KEY_COLUMN: {
    blame: 'user',
    message: 'the primary key cannot hold the {kind} column "{column}"',
  },
  SQL_KEY_DUPLICATE: {
    blame: 'user',
    message: 'a table has one primary key, and this is another',
  },
  SQL_KEY_ENFORCED: {
    blame: 'user',
    message: 'a primary key cannot be enforced',
  },
  SQL_KEY_NOT_FOUND: {
    blame: 'user',
    message: 'table "{table}" has no primary key',
  },
  SQL_LIKE_OVERWRITING: {
    blame: 'user',
    message: 'OVERWRITING cannot stand with {feature}',
  },
  SQL_LIKE_TWICE: {
    blame: 'user',
    message: 'table "{table}", which this one is LIKE, has {what} already',
  },
  SQL_OTHER_KIND: {
    blame: 'user',
    message: '{clause} takes a {expected}, and "{name}" is a {got}',
  },
  SQL_NOT_SUPPORTED: {
    blame: 'user',
    message: '{what} is not supported yet',
  },
  SQL_PARTITION_COLUMN: {
    blame: 'user',
    message: 'table "{table}" is not partitioned by "{column}"',
  },
  SQL_PARTITION_VALUE: {
    blame: 'user',
    message: 'PARTITION needs a value for "{column}"',
  },
})
