/** What goes wrong between a client and the server, before a room is asked. */
import { defineErrors } from '#base'

export const apiErrors = defineErrors({
  API_REQUEST: { blame: 'user', message: 'the {part} of the request is not as described: {trouble}' },
  API_BODY_TOO_LARGE: { blame: 'user', message: 'the body is larger than {most} bytes' },
  API_BODY_UNREADABLE: { blame: 'user', message: 'the body is not JSON', hint: 'Send JSON, with content-type application/json.' },
  API_NOT_FOUND: { blame: 'user', message: 'there is nothing at "{path}"', hint: 'What there is says /api/v1/openapi.json.' },
  API_ADDRESS_UNREADABLE: { blame: 'user', message: 'the path of the request is not one that can be read' },
  API_REQUEST_UNREADABLE: { blame: 'user', message: 'what came is no request of HTTP' },
  API_REQUEST_SLOW: { blame: 'user', message: 'the request did not come to its end in time' },
  API_HEADERS_TOO_LONG: {
    blame: 'user',
    message: 'the address and the headers of the request are too long',
    hint: 'Ask for less in the address.',
  },
  API_PATH_TOO_LONG: { blame: 'user', message: 'a name in the path has more than {most} characters' },
  API_CSRF: {
    blame: 'user',
    message: 'the request does not show that it comes from the console',
    hint: 'Send csrfToken of GET /me as X-Millrace-Csrf, or use a token instead of a cookie.',
  },
  API_ORIGIN: { blame: 'user', message: 'pages of "{origin}" may not call this server' },
  API_HOST: {
    blame: 'user',
    message: 'this server is not called "{host}"',
    hint: 'Start it with --public-url and the address that people use.',
  },
  API_TOO_MANY: { blame: 'user', message: 'too many requests', hint: 'Ask again in a second.' },
  API_OIDC_SILENT: { blame: 'external', message: 'could not reach {title} to sign in there' },
  API_OIDC_STRANGE: { blame: 'user', message: 'nobody here went away to sign in elsewhere, or that took too long', hint: 'Try again.' },
  API_OIDC_REFUSED: { blame: 'external', message: '{title} did not sign anybody in' },
  API_OIDC_NOT_ALLOWED: { blame: 'user', message: '{title} does not say of you what this server asks for' },
  API_STREAMS_FULL: { blame: 'user', message: 'too many streams of events are open', hint: 'Close some of them first.' },
  API_STOPPING: { blame: 'external', message: 'the server is being stopped', hint: 'Ask again when it is back.' },
  API_FAILED: { blame: 'internal', message: 'the server failed at this; its log tells more under "{id}"' },
  API_ADDRESS_UNUSABLE: { blame: 'external', message: 'could not listen at {address}' },
  API_RULE_QUERY: { blame: 'user', message: 'the query of the rule does not run: {reason}' },
  API_METRIC: { blame: 'user', message: 'there is no metric "{name}"' },
  API_CURSOR: { blame: 'user', message: 'this is no cursor of this list', hint: 'Begin without one.' },
  API_SERVER_UNREACHABLE: { blame: 'external', message: 'could not reach the server at {url}' },
  API_SERVER_ANSWER: {
    blame: 'external',
    message: 'what answered at {url} is no server of Millrace: status {status}',
    hint: 'Look at the address.',
  },
  API_SERVER_STREAM: { blame: 'external', message: 'what comes from the server at {url} is no stream of events' },
})
