/** Channels: what each kind of target begins with. */
import type { Answer } from '../api/call.ts'

export type Channel = Answer<'GET /workspaces/:workspace/alert-channels'>[number]
export type ChannelSpec = Channel['spec']
export type Target = ChannelSpec['target']
export type TargetOf<Kind extends Target['kind']> = Extract<Target, { readonly kind: Kind }>

export const firstTargets: { readonly [Kind in Target['kind']]: TargetOf<Kind> } = {
  webhook: { kind: 'webhook', url: '', secret: null, heartbeatMs: null },
  mail: { kind: 'mail', host: '', port: 465, security: 'tls', user: null, password: null, from: '', to: [] },
}

export const targetKinds = Object.keys(firstTargets) as readonly Target['kind'][]

export const firstChannel: ChannelSpec = { name: '', isActive: true, hearsWatcher: false, target: firstTargets.webhook }

/** What is typed where a secret is named: its name alone, or the whole reference. */
export function secretReference(typed: string): string | null {
  const name = typed.trim()
  if (name === '') return null
  return name.startsWith('${') ? name : `\${secret:${name}}`
}

export function secretName(reference: string | null): string {
  return /^\$\{secret:([^}]*)\}$/.exec(reference ?? '')?.[1] ?? reference ?? ''
}
