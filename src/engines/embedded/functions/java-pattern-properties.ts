/** Character classes that Java has by name, in JavaScript's notation for sets (flag v). */

export const lineEnds = String.raw`\n\r\x85\u2028\u2029`
export const horizontalSpace = String.raw`[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]`
export const verticalSpace = String.raw`[\n\x0b\f\r\x85\u2028\u2029]`
export const plainSpace = String.raw`[ \t\n\x0b\f\r]`

/** POSIX classes, for US-ASCII only, and the tests of java.lang.Character. */
const namedClasses: Readonly<Record<string, string>> = {
  Lower: '[a-z]',
  Upper: '[A-Z]',
  ASCII: String.raw`[\x00-\x7f]`,
  Alpha: '[a-zA-Z]',
  Digit: '[0-9]',
  Alnum: '[a-zA-Z0-9]',
  Punct: String.raw`[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]`,
  Graph: String.raw`[\x21-\x7e]`,
  Print: String.raw`[\x20-\x7e]`,
  Blank: String.raw`[ \t]`,
  Cntrl: String.raw`[\x00-\x1f\x7f]`,
  XDigit: '[0-9a-fA-F]',
  Space: plainSpace,
  javaLowerCase: String.raw`\p{Lowercase}`,
  javaUpperCase: String.raw`\p{Uppercase}`,
  javaTitleCase: String.raw`\p{Lt}`,
  javaAlphabetic: String.raw`\p{Alphabetic}`,
  javaLetter: String.raw`\p{L}`,
  javaDigit: String.raw`\p{Nd}`,
  javaLetterOrDigit: String.raw`[\p{L}\p{Nd}]`,
  javaDefined: String.raw`\P{Cn}`,
  javaSpaceChar: String.raw`\p{Z}`,
  javaWhitespace: String.raw`[\t\n\x0b\f\r\x1c-\x1f \u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]`,
  javaISOControl: String.raw`[\x00-\x1f\x7f-\x9f]`,
  javaIdeographic: String.raw`\p{Ideographic}`,
  javaMirrored: String.raw`\p{Bidi_Mirrored}`,
  L1: String.raw`[\x00-\xff]`,
  LD: String.raw`[\p{L}\p{Nd}]`,
  LC: String.raw`[\p{Lu}\p{Ll}\p{Lt}]`,
}

/** Binary properties, which Java writes as \p{IsName} in any letter case. */
const binaryProperties: Readonly<Record<string, string>> = {
  ALPHABETIC: String.raw`\p{Alphabetic}`,
  IDEOGRAPHIC: String.raw`\p{Ideographic}`,
  LETTER: String.raw`\p{L}`,
  LOWERCASE: String.raw`\p{Lowercase}`,
  UPPERCASE: String.raw`\p{Uppercase}`,
  TITLECASE: String.raw`\p{Lt}`,
  WHITE_SPACE: String.raw`\p{White_Space}`,
  WHITESPACE: String.raw`\p{White_Space}`,
  CONTROL: String.raw`\p{Cc}`,
  PUNCTUATION: String.raw`\p{P}`,
  HEX_DIGIT: String.raw`\p{Hex_Digit}`,
  HEXDIGIT: String.raw`\p{Hex_Digit}`,
  ASSIGNED: String.raw`\P{Cn}`,
  NONCHARACTER_CODE_POINT: String.raw`\p{Noncharacter_Code_Point}`,
  DIGIT: String.raw`\p{Nd}`,
  ALNUM: String.raw`[\p{Alphabetic}\p{Nd}]`,
  BLANK: String.raw`[\p{Zs}\t]`,
  GRAPH: String.raw`[^\p{White_Space}\p{Cc}\p{Cs}\p{Cn}]`,
  JOIN_CONTROL: String.raw`\p{Join_Control}`,
  WORD: String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`,
}

/** The class of \p{name}; null when it is a block or a name that JavaScript does not know either. */
export function propertyClass(name: string): string | null {
  if (Object.hasOwn(namedClasses, name)) return namedClasses[name] ?? null
  const [key, value] = name.split('=')
  if (key !== undefined && value !== undefined) return keyedClass(key.toLowerCase(), value)
  if (!name.startsWith('Is')) return known(String.raw`\p{${name}}`)
  const bare = name.slice(2)
  return binaryProperties[bare.toUpperCase()] ?? known(String.raw`\p{${bare}}`) ?? scriptClass(bare)
}

function keyedClass(key: string, value: string): string | null {
  if (key === 'sc' || key === 'script') return scriptClass(value)
  return key === 'gc' || key === 'general_category' ? known(String.raw`\p{${value}}`) : null
}

/** Java takes names of scripts in any letter case, JavaScript only capitalised ones. */
function scriptClass(name: string): string | null {
  const capitalised = name.toLowerCase().replace(/(?:^|_)[a-z]/g, (start) => start.toUpperCase())
  return known(String.raw`\p{Script=${capitalised}}`)
}

function known(source: string): string | null {
  try {
    new RegExp(source, 'v').test('')
    return source
  } catch {
    return null
  }
}
