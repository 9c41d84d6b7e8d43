/** The names of the group windows of old: TUMBLE and the like in GROUP BY, and TUMBLE_START and the like beside them. */

export type GroupWindowName = 'TUMBLE' | 'HOP' | 'SESSION'
export type AuxiliaryPart = 'START' | 'END' | 'ROWTIME' | 'PROCTIME'

export function isGroupWindow(name: string): name is GroupWindowName {
  return name === 'TUMBLE' || name === 'HOP' || name === 'SESSION'
}

export function isAuxiliary(name: string): boolean {
  return auxiliaryOf(name) !== null
}

/** What a name such as TUMBLE_START asks of which window. */
export function auxiliaryOf(name: string): { readonly window: GroupWindowName; readonly part: AuxiliaryPart } | null {
  const found = /^(TUMBLE|HOP|SESSION)_(START|END|ROWTIME|PROCTIME)$/.exec(name)
  return found === null ? null : { window: found[1] as GroupWindowName, part: found[2] as AuxiliaryPart }
}
