import { useCallback, useLayoutEffect, useRef, useState } from 'react'

export interface RowWindow {
  readonly ref: React.RefObject<HTMLDivElement | null>
  readonly first: number
  /** Behind the last one that is drawn. */
  readonly end: number
  readonly before: number
  readonly after: number
  readonly onScroll: () => void
}

/** Which rows of a long list are in sight, so that only those are drawn. All rows are equally high. */
export function useRowWindow(count: number, rowHeight: number, spare = 8): RowWindow {
  const ref = useRef<HTMLDivElement>(null)
  const [sight, setSight] = useState({ top: 0, height: 800 })
  const measure = useCallback(() => {
    const element = ref.current
    if (element === null) return
    const top = Math.floor(element.scrollTop / rowHeight) * rowHeight
    const height = element.clientHeight
    setSight((last) => (last.top === top && last.height === height ? last : { top, height }))
  }, [rowHeight])
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [measure])
  const first = Math.max(0, Math.min(Math.floor(sight.top / rowHeight) - spare, count - 1))
  const end = Math.min(count, Math.ceil((sight.top + sight.height) / rowHeight) + spare)
  return { ref, first, end, before: first * rowHeight, after: Math.max(0, count - end) * rowHeight, onScroll: measure }
}
