export { findSecret, openSecretStore } from './find-secret.ts'
