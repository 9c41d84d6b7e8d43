/** Runs before the tests of the console: the browser is installed where it is missing. Without one they fail. */
import { installPackages } from '../system/packages.fixture.ts'
import { browserProgram } from './open-browser.ts'

export default async function setup(): Promise<void> {
  await installPackages(browserProgram, ['chromium'])
}
