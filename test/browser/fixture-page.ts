/** A page of a list, as the server would cut it. */
export function pageOf<T>(items: readonly T[], query: URLSearchParams) {
  const from = Number(query.get('cursor') ?? 0)
  const end = from + Number(query.get('limit') ?? 50)
  return { items: items.slice(from, end), next: end < items.length ? String(end) : null, total: items.length }
}
