/** Signing in, people, tokens and workspaces. */
import { Type } from 'typebox'
import { Instant, Nullable, Page, PageQuery, type Routes, Word } from './route.ts'

const Role = Word(['viewer', 'developer', 'operator', 'admin'])

const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[a-z0-9][a-z0-9._-]*$',
  description: 'Small letters, digits, dots and dashes.',
})
const Password = Type.String({ minLength: 10, maxLength: 1000 })

const Membership = Type.Object({ workspace: Type.String(), title: Type.String(), role: Role })

const Me = Type.Object({
  name: Type.String(),
  displayName: Type.String(),
  isServerAdmin: Type.Boolean(),
  memberships: Type.Array(Membership),
  csrfToken: Type.String({
    description: 'To be sent as X-Millrace-Csrf with each call that changes something, where a cookie says who calls.',
  }),
})

const User = Type.Object({
  name: Type.String(),
  displayName: Type.String(),
  isServerAdmin: Type.Boolean(),
  isActive: Type.Boolean(),
  /** Where the person signs in. */
  source: Word(['local', 'oidc']),
  createdAt: Instant,
  lastSeenAt: Nullable(Instant),
})

const Token = Type.Object({
  id: Type.String(),
  title: Type.String(),
  workspace: Type.String(),
  role: Role,
  createdBy: Type.String(),
  createdAt: Instant,
  expiresAt: Nullable(Instant),
  lastUsedAt: Nullable(Instant),
})

const Workspace = Type.Object({ name: Type.String(), title: Type.String(), createdAt: Instant })

const AuditEntry = Type.Object({
  sequence: Type.Integer(),
  at: Instant,
  by: Type.String(),
  workspace: Type.String(),
  action: Type.String({ description: 'Method and path as the contract names them.' }),
  subject: Type.String(),
  outcome: Word(['asked', 'done', 'refused', 'failed']),
  detail: Type.String(),
})

export const peopleRoutes = {
  'GET /health': {
    summary: 'Whether the server is ready',
    right: 'anyone',
    answer: Type.Object({ ready: Type.Boolean(), version: Type.String() }),
  },
  'GET /sign-in': {
    summary: 'The ways to sign in, and whether the first administrator has yet to come',
    right: 'anyone',
    answer: Type.Object({ needsFirstAdmin: Type.Boolean(), oidc: Nullable(Type.Object({ title: Type.String() })) }),
  },
  'POST /sign-in': {
    summary: 'Sign in with name and password',
    right: 'anyone',
    body: Type.Object({ name: Type.String({ maxLength: 200 }), password: Type.String({ maxLength: 1000 }) }),
    answer: Me,
    changes: true,
  },
  'POST /sign-in/link': {
    summary: 'Sign in by a link that is good for once; with it the first administrator chooses a name and a password',
    right: 'anyone',
    body: Type.Object({
      link: Type.String({ maxLength: 200 }),
      name: Type.Optional(Name),
      displayName: Type.Optional(Type.String({ maxLength: 200 })),
      password: Type.Optional(Password),
    }),
    answer: Me,
    changes: true,
  },
  'POST /sign-out': { summary: 'End this session', right: 'signed-in', answer: null, changes: true },
  'GET /me': { summary: 'Who is signed in, and what for', right: 'signed-in', answer: Me },
  'PUT /me/password': {
    summary: 'Change the own password; all other sessions of the person end',
    right: 'signed-in',
    body: Type.Object({ current: Type.String({ maxLength: 1000 }), password: Password }),
    answer: null,
    changes: true,
  },
  'GET /users': {
    summary: 'All people',
    right: 'administer-server',
    query: Type.Object(PageQuery),
    answer: Page(User),
  },
  'POST /users': {
    summary: 'Add a person; the answer holds a link that is good for once',
    right: 'administer-server',
    body: Type.Object({ name: Name, displayName: Type.String({ maxLength: 200 }), isServerAdmin: Type.Boolean() }),
    answer: Type.Object({ user: User, link: Type.String(), linkExpiresAt: Instant }),
    changes: true,
  },
  'PATCH /users/:user': {
    summary: 'Change a person; who is not active has no sessions',
    right: 'administer-server',
    body: Type.Object({
      displayName: Type.Optional(Type.String({ maxLength: 200 })),
      isServerAdmin: Type.Optional(Type.Boolean()),
      isActive: Type.Optional(Type.Boolean()),
    }),
    answer: User,
    changes: true,
  },
  'GET /workspaces': { summary: 'The workspaces that the caller is in', right: 'signed-in', answer: Type.Array(Workspace) },
  'POST /workspaces': {
    summary: 'Make a workspace',
    right: 'administer-server',
    body: Type.Object({ name: Name, title: Type.String({ minLength: 1, maxLength: 200 }) }),
    answer: Workspace,
    changes: true,
  },
  'GET /workspaces/:workspace/members': {
    summary: 'Who is in a workspace, and as what',
    right: 'read',
    answer: Type.Array(Type.Object({ user: Type.String(), displayName: Type.String(), role: Role })),
  },
  'PUT /workspaces/:workspace/members/:user': {
    summary: 'Give a person a role in a workspace',
    right: 'administer',
    body: Type.Object({ role: Role }),
    answer: null,
    changes: true,
  },
  'DELETE /workspaces/:workspace/members/:user': {
    summary: 'Take a person out of a workspace',
    right: 'administer',
    answer: null,
    changes: true,
  },
  'GET /workspaces/:workspace/tokens': { summary: 'Tokens of services', right: 'administer', answer: Type.Array(Token) },
  'POST /workspaces/:workspace/tokens': {
    summary: 'Make a token for a service; its secret is shown this once',
    right: 'administer',
    body: Type.Object({
      title: Type.String({ minLength: 1, maxLength: 200 }),
      role: Role,
      daysValid: Nullable(Type.Integer({ minimum: 1, maximum: 3650 })),
    }),
    answer: Type.Object({ token: Token, secret: Type.String() }),
    changes: true,
  },
  'DELETE /workspaces/:workspace/tokens/:token': { summary: 'Take a token back', right: 'administer', answer: null, changes: true },
  'GET /workspaces/:workspace/audit': {
    summary: 'What was asked and done in a workspace, newest first',
    right: 'administer',
    query: Type.Object({ ...PageQuery, subject: Type.Optional(Type.String({ maxLength: 200 })) }),
    answer: Page(AuditEntry),
  },
} as const satisfies Routes
