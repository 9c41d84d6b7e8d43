/** Names as people wrote them: what stands before tables of the usual database says nothing. */
export function shortName(name: string): string {
  return name.replaceAll('default_catalog.default_database.', '')
}
