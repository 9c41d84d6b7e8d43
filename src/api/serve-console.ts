/** The console's files. Every path that is no file and no part of the interface is a page of the console. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

export async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  const file = path.join(folder, 'index.html')
  let page = await readFile(file, 'utf8')
  // Read anew, since a console that is built again has other files, which the page before does not name; meanwhile there may be none.
  const sendPage = async (reply: FastifyReply): Promise<FastifyReply> => {
    page = await readFile(file, 'utf8').catch(() => page)
    return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page)
  }
  // Names of these files change with what is in them.
  await app.register(fastifyStatic, {
    root: path.join(folder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
    index: false,
  })
  app.get('/', (_request, reply) => sendPage(reply))
  app.get('/*', (request, reply) => (isPage(request.url) ? sendPage(reply) : reply.callNotFound()))
}

function isPage(url: string): boolean {
  const [first = ''] = url.slice(1).split(/[/?]/)
  return first !== 'api' && first !== 'assets'
}
