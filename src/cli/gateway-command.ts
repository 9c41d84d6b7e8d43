/** `millrace gateway`: serves until Ctrl-C. */
import { type CliEnvironment, exitStatus } from './environment.ts'
import { noteErrors } from './render-error.ts'

export async function runGateway(
  { host, port, cluster }: { readonly host: string; readonly port: number; readonly cluster: string },
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  // A name that nobody knows is told at once, and not to the first client.
  if (cluster !== '') await (await environment.openClusters()).withGateway(cluster)
  const { value: token, file } = await environment.gatewayToken()
  const server = await environment.serveGateway({
    host,
    port,
    cluster,
    token,
    failed: (error) => void noteErrors(error, undefined, environment),
    jobFailed: (jobId, error) => {
      screen.note(`job ${jobId} failed\n`)
      noteErrors(error, undefined, environment)
    },
  })
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`
  await screen.write(`${address}\n`)
  screen.note(`note: Flink's SQL gateway, versions 1 to 4, until Ctrl-C; clients send the token ${placeOf(file)}\n`)
  const interrupt = Promise.withResolvers<void>()
  let isStopping = false
  const forget = environment.onInterrupt(() => {
    if (isStopping) environment.exit(exitStatus.interrupted)
    isStopping = true
    interrupt.resolve()
  })
  await interrupt.promise
  await server.close()
  forget()
  return exitStatus.interrupted
}

function placeOf(file: string | null): string {
  return file === null
    ? 'that is the secret gateway-token'
    : `in ${file}:\n  FLINK_REST_CLIENT_HEADERS="Authorization:Bearer $(cat ${file})"`
}
