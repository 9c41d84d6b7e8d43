/** Runs before all system tests: what they need is installed once, and not while they wait. */
import { installS3Server } from './s3-server.fixture.ts'

export default async function setup(): Promise<void> {
  await installS3Server()
}
