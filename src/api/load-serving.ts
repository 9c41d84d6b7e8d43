/** What it takes to serve, which is much; clients, who are waited for by somebody, need none of it. */
export async function loadServing(): Promise<
  Pick<typeof import('./server.ts'), 'serve'> &
    Pick<typeof import('./handlers/all.ts'), 'allHandlers'> &
    Pick<typeof import('./contract/index.ts'), 'routes'>
> {
  const [{ serve }, { allHandlers }, { routes }] = await Promise.all([
    import('./server.ts'),
    import('./handlers/all.ts'),
    import('./contract/index.ts'),
  ])
  return { serve, allHandlers, routes }
}
