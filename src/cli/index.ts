export { runCli } from './cli.ts'
export type { CliEnvironment } from './environment.ts'
export { processScreen, type Screen } from './output/screen.ts'
