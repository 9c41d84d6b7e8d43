export { LiveCells, type LiveLimits } from './live-cells.ts'
