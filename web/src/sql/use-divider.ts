import { useRef, useState } from 'react'

const kept = 'millrace.sql-divider'
const least = 0.15
const most = 0.85

function within(share: number): number {
  return Math.min(most, Math.max(least, share))
}

/** The line between editor and results, moved by pointer or keys, and kept. */
export function useDivider() {
  const ref = useRef<HTMLDivElement>(null)
  const [share, setShare] = useState(() => within(Number(localStorage.getItem(kept) ?? 0.42) || 0.42))
  const set = (next: number): void => {
    const bounded = within(next)
    setShare(bounded)
    localStorage.setItem(kept, String(bounded))
  }
  const onPointerDown = (event: React.PointerEvent<HTMLDivElement>): void => event.currentTarget.setPointerCapture(event.pointerId)
  const onPointerMove = (event: React.PointerEvent<HTMLDivElement>): void => {
    const box = ref.current?.getBoundingClientRect()
    if (box !== undefined && event.currentTarget.hasPointerCapture(event.pointerId)) set((event.clientY - box.top - 40) / box.height)
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'ArrowUp') set(share - 0.05)
    if (event.key === 'ArrowDown') set(share + 0.05)
  }
  const handle = (label: string) =>
    ({
      role: 'separator',
      'aria-label': label,
      tabIndex: 0,
      'aria-orientation': 'horizontal',
      'aria-valuenow': Math.round(share * 100),
      'aria-valuemin': least * 100,
      'aria-valuemax': most * 100,
      onPointerDown,
      onPointerMove,
      onKeyDown,
    }) as const
  return { ref, share, handle }
}
