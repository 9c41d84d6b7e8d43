/** What goes wrong with notebooks. */
import { defineErrors } from '#base'

export const notebookErrors = defineErrors({
  NOTEBOOK_NOT_FOUND: { blame: 'user', message: 'notebook "{notebook}" does not exist in this workspace' },
  NOTEBOOK_CELL_NOT_FOUND: { blame: 'user', message: 'notebook "{title}" has no cell "{cell}"' },
  NOTEBOOK_VERSION_NOT_FOUND: { blame: 'user', message: 'notebook "{title}" has no version {version}' },
  NOTEBOOK_VERSION_CHANGED: {
    blame: 'user',
    message: 'notebook "{title}" has changed: expected version {expected}, and it is {version} now',
    hint: 'Look at what changed, then repeat the change.',
  },
  NOTEBOOK_COUNT_MAX: { blame: 'user', message: 'the workspace has {most} notebooks already', hint: 'Remove notebooks that nobody needs.' },
  NOTEBOOK_TEXT: { blame: 'user', message: '{field} of the notebook: expected {expected}, got {got}' },
  NOTEBOOK_NAME: { blame: 'user', message: '{field} "{name}" of the notebook has blanks at an end, or characters that cannot be seen' },
  NOTEBOOK_FOLDER: {
    blame: 'user',
    message: 'folder "{folder}" of the notebook has a part without a name',
    hint: 'Write it like sales/daily, or leave it empty.',
  },
  NOTEBOOK_CELL_ID: {
    blame: 'user',
    message: 'cell {number} has the id "{id}", which is no id or that of another cell',
    hint: 'Use up to 40 letters, digits and hyphens, and each id once.',
  },
  NOTEBOOK_TOO_LARGE: { blame: 'user', message: '{what} takes {bytes} bytes, and may have {limit}', hint: 'Divide it into several.' },
  NOTEBOOK_VARIABLE_NAME: {
    blame: 'user',
    message: '"{name}" is no name of a variable',
    hint: 'Use letters, digits, "_", "-" and ".", with a letter or "_" first.',
  },
  NOTEBOOK_SECRET_PLAIN: {
    blame: 'user',
    message: 'variable "{name}" of the notebook would show a secret',
    hint: 'Keep the secret apart, and name it here as ${secret:name}.',
  },
  NOTEBOOK_OUTPUT_TOO_LARGE: { blame: 'user', message: 'what a cell showed has {got}, and at most {limit} are kept' },
  NOTEBOOK_OUTPUT_ROW: { blame: 'user', message: 'a row that a cell showed has {values} values, and there are {columns} columns' },
  NOTEBOOK_CURSOR: { blame: 'user', message: 'the place to go on from is of another list', hint: 'Begin again at the first page.' },
})
