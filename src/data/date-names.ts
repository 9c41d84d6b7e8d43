/** English names in dates, as Java's locale data has them. */

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** From Monday on. */
export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

export const quarterNames = ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter'] as const

/** What is left of a full name in the given style. */
export function styledName(name: string, style: 'short' | 'full' | 'narrow'): string {
  return style === 'full' ? name : name.slice(0, style === 'short' ? 3 : 1)
}
