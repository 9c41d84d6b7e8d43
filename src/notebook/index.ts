export type { CellOutput } from './cell-output.ts'
export type { Notebook } from './notebook.ts'
export type { NotebookCard } from './notebook-card.ts'
export { Notebooks } from './notebooks.ts'
