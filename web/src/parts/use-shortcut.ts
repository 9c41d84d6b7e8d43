import { useEffect, useRef } from 'react'

/** Calls back for one plain key, unless somebody is typing; the editor hides in a shadow tree, so the path of the event is asked. */
export function useShortcut(key: string, act: () => void): void {
  const newest = useRef(act)
  newest.current = act
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey) return
      const [target] = event.composedPath()
      if (target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))) return
      event.preventDefault()
      newest.current()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [key])
}
