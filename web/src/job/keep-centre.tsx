import { useReactFlow, useStore } from '@xyflow/react'
import { useEffect, useRef } from 'react'

const marginPx = 16

/** Keeps the middle of a graph in the middle, and what is picked in sight, when a panel beside it opens or closes. Draws nothing. */
export function KeepCentre() {
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  const flow = useReactFlow()
  const last = useRef({ width: 0, height: 0 })
  useEffect(() => {
    const before = last.current
    last.current = { width, height }
    if (before.width === 0 || width === 0) return
    const { x, y, zoom } = flow.getViewport()
    const moved = { x: x + (width - before.width) / 2, y: y + (height - before.height) / 2 }
    const node = flow.getNodes().find(({ selected }) => selected)
    const { width: wide = 0, height: high = 0 } = node?.measured ?? {}
    const place = node?.position
    void flow.setViewport({
      x: place === undefined ? moved.x : within(moved.x, place.x * zoom, wide * zoom, width),
      y: place === undefined ? moved.y : within(moved.y, place.y * zoom, high * zoom, height),
      zoom,
    })
  }, [width, height, flow])
  return null
}

/** How far to move something so that it is seen whole, with its beginning where it is larger than the window. */
function within(moved: number, place: number, size: number, window: number): number {
  const least = marginPx - place
  return Math.max(least, Math.min(moved, window - marginPx - size - place))
}
