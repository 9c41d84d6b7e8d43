import { useEffect, useRef, useState } from 'react'

/** The newest value, but no oftener than so: for what is dear to draw. */
export function useSlowly<T>(value: T, intervalMs: number): T {
  const [shown, setShown] = useState(value)
  const newest = useRef(value)
  newest.current = value
  useEffect(() => {
    const timer = setInterval(() => setShown(newest.current), intervalMs)
    return () => clearInterval(timer)
  }, [intervalMs])
  return shown
}
