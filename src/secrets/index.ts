export { findSecret, findToken, homeFolder, openSecretStore } from './find-secret.ts'
export { Logins } from './logins.ts'
export { isSameSecret } from './same-secret.ts'
export { WorkspaceSecrets } from './workspace-secrets.ts'
