export { findSecret, findToken, openSecretStore } from './find-secret.ts'
