/** `millrace secret`: keeps what tables name as `${secret:…}`. No value is ever shown. */
import { counted } from '#base'
import type { SecretAction } from './arguments/secret-actions.ts'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'

export async function runSecretCommand(action: SecretAction, name: string, environment: CliEnvironment): Promise<number> {
  const secrets = await environment.openSecrets()
  if (action === 'list') {
    const names = secrets.names()
    await environment.screen.write(names.map((each) => `${each}\n`).join(''))
    environment.screen.note(`${counted(names.length, 'secret')}\n`)
    return exitStatus.done
  }
  if (name === '') throw usageErrors.CLI_ARGUMENT_MISSING({ command: `millrace secret ${action}`, name: 'name' })
  if (action === 'remove') secrets.remove(name)
  else secrets.set(name, (await environment.readText('-')).replace(/\r?\n$/, ''))
  environment.screen.note(
    action === 'set' ? `note: secret "${name}" is set; name it as \${secret:${name}}\n` : `note: secret "${name}" is removed\n`,
  )
  return exitStatus.done
}
