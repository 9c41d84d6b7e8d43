/** Words in keys of options and settings whose values are for nobody's eyes. */
export const secretWords = /password|secret|token|credential|(?:private|access|api)[._-]?key/i
