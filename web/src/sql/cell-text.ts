/** A value of a row as one line of text; texts stay texts, whatever signs are in them. */
const lengthMax = 1000

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text).replace(/[\r\n\t]/g, ' ')
}

export function isNumeric(type: string): boolean {
  return /^(?:TINYINT|SMALLINT|INT|BIGINT|FLOAT|DOUBLE|DECIMAL|NUMERIC)/i.test(type)
}
