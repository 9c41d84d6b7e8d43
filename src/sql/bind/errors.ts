/** What can be wrong with calls of TO_CHANGELOG and FROM_CHANGELOG. */
import { defineErrors } from '#base'

export const changelogErrors = defineErrors({
  SQL_CHANGELOG_BEFORE_MISSING: {
    blame: 'user',
    message: 'op_mapping of FROM_CHANGELOG has UPDATE_AFTER without UPDATE_BEFORE',
    detail: 'Without the old row, what changes can only be told by a key, which FROM_CHANGELOG does not know.',
    hint: 'Give a code for UPDATE_BEFORE.',
  },
  SQL_CHANGELOG_CHANGE: {
    blame: 'user',
    message: '"{name}" is no kind of change',
  },
  SQL_CHANGELOG_CHANGE_TWICE: {
    blame: 'user',
    message: '{change} is twice in op_mapping',
  },
  SQL_CHANGELOG_CODE_TWICE: {
    blame: 'user',
    message: 'code "{code}" is twice in op_mapping',
    hint: 'A code tells of one kind of change.',
  },
  SQL_CHANGELOG_DESCRIPTOR: {
    blame: 'user',
    message: '{function} takes {parameter} as DESCRIPTOR(column), with one column',
  },
  SQL_CHANGELOG_MAPPING: {
    blame: 'user',
    message: '{function} takes op_mapping as a MAP of text constants',
  },
  SQL_CHANGELOG_OP_TAKEN: {
    blame: 'user',
    message: 'the table of TO_CHANGELOG has a column "{column}" already',
    hint: 'Give the column that is added another name: op => DESCRIPTOR(…).',
  },
  SQL_CHANGELOG_OP_TYPE: {
    blame: 'user',
    message: 'column "{column}" cannot hold the codes of FROM_CHANGELOG, for its type is {type}',
    hint: 'Name a column of text: op => DESCRIPTOR(…).',
  },
  SQL_CHANGELOG_PARTITION: {
    blame: 'user',
    message: '{function} takes no PARTITION BY',
    hint: 'Leave it out: each change is taken by itself.',
  },
  SQL_CHANGELOG_UID: {
    blame: 'user',
    message: 'uid takes a text constant of letters, digits, "_" and "-" that does not begin with a digit or "-"',
  },
})
