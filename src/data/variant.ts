/**
 * VARIANT: a value that brings its type along, kept as its JSON in one spelling, so that equal values are equal texts: no blanks, keys in
 * the order of their UTF-16 units, and numbers that tell their type. Whole numbers have digits alone; decimals have a point, and as many
 * digits behind it as they were written with; doubles have an E, and 9E999 stands for infinity.
 */
import { printDouble } from './number-text.ts'

const textOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.E+-]*/g

/** The JSON of a variant, with numbers as Java prints them: 1.50 as 1.5, and 1e3 as 1000.0. */
export function printVariant(variant: string, printReal: (value: number) => string = printDouble): string {
  return variant.replace(textOrNumber, (token) => {
    if (token.startsWith('"')) return token
    if (token.includes('E')) return printReal(Number(token))
    return token.includes('.') ? token.replace(/\.?0+$/, '') : token
  })
}

/** How a variant spells a number of JSON. What no DECIMAL(38, 38) holds exactly, and what has an exponent, is a double. */
export function variantNumber(json: string): string {
  const [whole = '', fraction] = json.split('.')
  const digits = `${whole}${fraction ?? ''}`.replace(/^-?0*/, '')
  if (/[eE]/.test(json) || digits.length > 38 || (fraction ?? '').length > 38) return spelledDouble(Number(json))
  return digits === '' ? json.replace('-', '') : json
}

function spelledDouble(value: number): string {
  if (!Number.isFinite(value)) return value < 0 ? '-9E999' : '9E999'
  return `${Object.is(value, -0) ? '-' : ''}${value.toExponential().replace('e', 'E')}`
}
