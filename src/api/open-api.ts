/** The contract as a document of OpenAPI 3.1, made from the same data that the server checks requests with. */
import type { TSchema } from 'typebox'
import { closed } from './check-input.ts'
import { ErrorAnswer, type Route, type Routes } from './contract/route.ts'

type Json = Readonly<Record<string, unknown>>

export function openApi(routes: Routes, version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const [key, route] of Object.entries(routes)) {
    const [method = '', path = ''] = key.split(' ')
    const shown = path.replace(/:(\w+)/g, '{$1}')
    const operations = paths[shown] ?? {}
    paths[shown] = operations
    operations[method.toLowerCase()] = operationOf(key, route)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }, { browser: [] }],
    paths,
    components: {
      schemas: { Error: plain(ErrorAnswer) },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of a service.' },
        browser: { type: 'apiKey', in: 'cookie', name: 'millrace_session', description: 'What a browser holds after signing in.' },
      },
    },
  }
}

function operationOf(key: string, { summary, right, query, body, answer, streams }: Route): Json {
  const names = [...key.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', minLength: 1, maxLength: 200 } }))
  const required: readonly string[] = query?.required ?? []
  const inQuery = Object.entries(query?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: plain(schema),
  }))
  const type = streams === true ? 'text/event-stream' : 'application/json'
  const error = { description: 'What went wrong', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
  return {
    operationId: key.replace(/[^A-Za-z]+/g, '_'),
    summary,
    'x-right': right,
    ...(right === 'anyone' ? { security: [] } : {}),
    parameters: [...inPath, ...inQuery],
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: plain(closed(body)) } } } }),
    responses: {
      ...(answer === null
        ? { 204: { description: 'Done' } }
        : { 200: { description: summary, content: { [type]: { schema: plain(answer) } } } }),
      '4XX': error,
      '5XX': error,
    },
  }
}

/** Schemas carry marks that are not part of the document. */
function plain(schema: TSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json
}
