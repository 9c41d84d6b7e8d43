export { findSecret, openSecretStore } from './find-secret.ts'
export { variableOf } from './secret-name.ts'
export type { SecretStore } from './secret-store.ts'
