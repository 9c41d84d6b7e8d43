/** What is kept of people, of what they sign in with, and of what they may do. Secrets are kept as hashes alone. */
import type { LogKind, RecordKind } from '#store'
import type { Role } from './rights.ts'

/** What belongs to no workspace is kept under this one. */
export const everywhere = ''

export interface User {
  readonly displayName: string
  readonly isServerAdmin: boolean
  readonly isActive: boolean
  /** Where the person signs in. */
  readonly source: 'local' | 'oidc'
  readonly createdAt: number
}

/** By name. */
export const userKind: RecordKind<User> = { name: 'user', keepsVersions: false }

export interface Credential {
  readonly passwordHash: string
}

/** By the name of the user. */
export const credentialKind: RecordKind<Credential> = { name: 'credential', keepsVersions: false }

/** A browser that somebody signed in with. */
export interface BrowserSession {
  readonly user: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly csrfToken: string
}

/** By the hash of what the browser holds. */
export const browserSessionKind: RecordKind<BrowserSession> = { name: 'browser-session', keepsVersions: false }

/** A link that is good for once. */
export interface SignInLink {
  /** Null: the first administrator, who chooses a name. */
  readonly user: string | null
  readonly expiresAt: number
}

/** By the hash of what the link holds. */
export const signInLinkKind: RecordKind<SignInLink> = { name: 'sign-in-link', keepsVersions: false }

export interface Workspace {
  readonly title: string
  readonly createdAt: number
}

/** By name, under `everywhere`. */
export const workspaceKind: RecordKind<Workspace> = { name: 'workspace', keepsVersions: false }

export interface Membership {
  readonly role: Role
}

/** By workspace and the name of the user. */
export const membershipKind: RecordKind<Membership> = { name: 'membership', keepsVersions: false }

/** What a service shows instead of a password. */
export interface ServiceToken {
  readonly title: string
  readonly hash: string
  readonly role: Role
  readonly createdBy: string
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

/** By workspace and id. */
export const serviceTokenKind: RecordKind<ServiceToken> = { name: 'service-token', keepsVersions: false }

/** What somebody asked for, and what came of it. */
export interface AuditRecord {
  /** Method and path, as the contract names them. */
  readonly action: string
  readonly outcome: 'asked' | 'done' | 'refused' | 'failed'
  /** The code of an error, or what was changed; never a secret, never a row. */
  readonly detail: string
}

export const auditLog: LogKind<AuditRecord> = { name: 'audit' }
