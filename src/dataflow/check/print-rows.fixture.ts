/** Rows of boxed values as texts: equal rows give equal texts. */

export function printValues(values: readonly unknown[]): string {
  return `[${values.map(printValue).join(', ')}]`
}

function printValue(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return String(value + 0)
  if (value instanceof Uint8Array) return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
  if (value instanceof Map)
    return `{${Array.from(value, (entry) => entry.map(printValue).join(': '))
      .toSorted()
      .join(', ')}}`
  if (Array.isArray(value)) return printValues(value)
  return typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : '?'
}
