/** Everything that can be wrong with a file of tests, and what a test can find that no other room knows. */
import { defineErrors } from '#base'

export const sqltestErrors = defineErrors({
  SQLTEST_LINE: { blame: 'user', message: 'expected {expected}, got {got}' },
  SQLTEST_ROW_CUT_OFF: {
    blame: 'user',
    message: 'the row has no end',
    hint: 'Each cell of a row ends with "|", and one that begins with a quote ends with a quote.',
  },
  SQLTEST_ROW_CELLS: { blame: 'user', message: 'the row has {got}, expected {expected} as in its header' },
  SQLTEST_CELL: { blame: 'user', message: 'a cell of column "{column}" expects {expected}, got {got}' },
  SQLTEST_COLUMN: {
    blame: 'user',
    message: 'expected the name and the type of a column, got "{got}"',
    hint: 'Write the header of a table as in | id INT | name STRING |.',
  },
  SQLTEST_EXPECTATION_MISSING: {
    blame: 'user',
    message: 'test "{name}" does not say what it expects',
    hint: 'End it with "rows:", "changelog:", "error: CODE" or "files FOLDER:". --update fills in what "rows:" has to be.',
  },
  SQLTEST_FILE_OUTSIDE: { blame: 'user', message: '"{name}" lies outside the folder of the test', hint: 'Use a path below $dir.' },
  SQLTEST_RESTART_MISPLACED: {
    blame: 'user',
    message: 'a restart stands outside the rows of an input table',
    hint: 'Write "restart" on a line of its own between two rows below "table NAME".',
  },
  SQLTEST_RESTART_MISSED: {
    blame: 'user',
    message: 'no run came to the restart in table "{table}"',
    detail: 'The statements do not read the table, or end before they have read the rows above the restart.',
  },
  SQLTEST_ENDLESS: {
    blame: 'user',
    message: 'the test did not end within {seconds} s',
    hint: 'Bound its inputs, such as with the option number-of-rows of datagen.',
  },
  SQLTEST_KEY: { blame: 'user', message: 'column "{name}" of "changelog by" does not exist in the answer' },
  SQLTEST_TABLE_UNWRITTEN: {
    blame: 'user',
    message: 'nothing was written to table "{table}"',
    detail: 'What the statements of a "script" write is kept from the tables outside and can be expected with "rows of TABLE:".',
  },
  SQLTEST_INPUT_COLUMN: { blame: 'user', message: 'table "{table}" of the script has no column "{column}" to be filled' },
  SQLTEST_RETRACTION: { blame: 'internal', message: 'a change takes back a row that was not there: {change}' },
})
