import { useQuery } from '@tanstack/react-query'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'

const usersDepth = 10

/** Who uses a thing, as far as is known yet. */
export function useEntryLineage(object: string) {
  const { workspace } = useWorkspace()
  return useQuery({
    ...question('GET /workspaces/:workspace/catalog/lineage', { params: { workspace }, query: { object, depth: usersDepth, limit: 300 } }),
    refetchInterval: ({ state }) => ((state.data?.pending ?? 0) > 0 ? 2000 : false),
  })
}
