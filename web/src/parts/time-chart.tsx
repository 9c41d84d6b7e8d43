import 'uplot/dist/uPlot.min.css'
import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import UPlot, { type AlignedData, type Options } from 'uplot'
import { clockText } from './amount.ts'
import style from './time-chart.module.css'

export interface Line {
  readonly name: string
  /** Which colour it has, the same in several charts; by default by its place. */
  readonly colour?: string
  readonly values: readonly (number | null)[]
}

interface ChartMark {
  readonly x: number
  /** The name of a colour of the theme. */
  readonly colour: string
}

export type ChartForm = 'line' | 'area' | 'bars' | 'points'

interface TimeChartProps {
  /** Where the lines stand: seconds when `isTime`, else numbers, or places of the names. */
  readonly x: readonly number[]
  readonly lines: readonly Line[]
  readonly label: string
  readonly height: number
  readonly valueText: (value: number) => string
  readonly isTime?: boolean
  /** The names of the places, when x are places. */
  readonly names?: readonly string[] | undefined
  readonly form?: ChartForm
  /** What x is called. */
  readonly xName?: string
  /** How places of x are told; by default by their names, or as times of day. */
  readonly xText?: ((x: number) => string) | undefined
  /** What is shown of x, whether anything is there or not; by default as much as there is. */
  readonly xRange?: readonly [from: number, to: number] | undefined
  /** Moments that are marked. */
  readonly marks?: readonly ChartMark[]
  /** Charts with one name show the same moment, each its values beside the pointer. */
  readonly group?: string
}

/** Colours that are told apart by most eyes, on light and on dark; states have none of them. */
const colours = ['#2f7fd6', '#c0653a', '#7b61c4', '#2a9d8f', '#b5871a', '#b3528f', '#5d7a8c', '#6b8e23']

export function colourOf(index: number): string {
  return colours[index % colours.length] ?? '#2f7fd6'
}

export function TimeChart({
  x,
  lines,
  label,
  height,
  valueText,
  isTime = true,
  names,
  form = 'line',
  xName = '',
  group = '',
  xText,
  xRange,
  marks = noMarks,
}: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot>(undefined)
  const { colorScheme } = useMantineColorScheme()
  const newest = useRef<Newest>({ valueText, names, xText, xRange, marks })
  newest.current = { valueText, names, xText, xRange, marks }
  const data = [x, ...lines.map(({ values }) => values)] as unknown as AlignedData
  const lastData = useRef(data)
  lastData.current = data
  const shape = JSON.stringify([
    lines.map(({ name, colour }, index) => [name, colour ?? colourOf(index)]),
    isTime,
    names !== undefined,
    form,
    height,
    xName,
    group,
    colorScheme,
  ])
  useEffect(() => {
    const element = place.current
    if (element === null || shape === '') return
    const [drawnLines] = JSON.parse(shape) as [DrawnLine[]]
    const options = optionsOf(drawnLines, { width: element.clientWidth, height, isTime, form, xName, group, newest: () => newest.current })
    const made = new UPlot(options, lastData.current, element)
    chart.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      chart.current = undefined
    }
  }, [shape, height, isTime, form, xName, group])
  useEffect(() => chart.current?.setData(data))
  return <div ref={place} className={style['chart']} data-grouped={group !== ''} role="img" aria-label={label} />
}

type DrawnLine = readonly [name: string, colour: string]

interface Drawing {
  readonly width: number
  readonly height: number
  readonly isTime: boolean
  readonly form: ChartForm
  readonly xName: string
  readonly group: string
  readonly newest: () => Newest
}

/** What charts read when they draw, so that they are not made anew when it changes. */
type Newest = Pick<TimeChartProps, 'valueText' | 'names' | 'xText' | 'xRange'> & { readonly marks: readonly ChartMark[] }

const noMarks: readonly ChartMark[] = []

function optionsOf(lines: readonly DrawnLine[], { width, height, isTime, form, xName, group, newest }: Drawing): Options {
  const css = getComputedStyle(document.documentElement)
  const ink = css.getPropertyValue('--ink-2')
  const grid = css.getPropertyValue('--line')
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: '12px system-ui', gap: 8 }
  const text = (value: number | null): string => (value === null ? '–' : newest().valueText(value))
  const named = (value: number): string => newest().names?.[value] ?? (newest().names === undefined ? String(value) : '')
  const xText = (value: number): string => newest().xText?.(value) ?? (isTime ? clockText(value * 1000) : named(value))
  const cursor = group === '' ? {} : { sync: { key: group } }
  return {
    width,
    height,
    // The last text along stands half beyond the last point.
    padding: [10, 28, 0, 4],
    scales: {
      y: { range: (_, low, high) => (form === 'points' ? [low, high] : fromZero(low, high)) },
      x: { time: isTime, range: ({ data: [places] }, low, high) => rangeOf(form, newest().xRange, [low, high], places) },
    },
    axes: [
      { ...axis, size: 30, space: 80, values: (_, marks) => marks.map(xText) },
      { ...axis, size: 62, values: (_, marks) => marks.map(text) },
    ],
    hooks: { drawAxes: [(chart) => drawMarks(chart, newest().marks)] },
    legend: { live: true },
    cursor: { points: { size: 6 }, ...cursor },
    series: [
      { label: xName, value: (_, value) => (value === null ? '' : xText(value)) },
      ...lines.map(([label, stroke]) => ({
        label,
        stroke,
        width: 1.5,
        value: (_: UPlot, value: number | null) => text(value),
        points: { show: form === 'points' },
        ...formOf(form, stroke),
      })),
    ],
  }
}

/** Lines stand on zero, so that their heights can be compared; where nothing is above it, there is room for one. */
function fromZero(low: number | null, high: number | null): [number, number] {
  const top = Math.max(0, high ?? 0)
  return [Math.min(0, low ?? 0), top === 0 ? 1 : top * 1.08]
}

function rangeOf(
  form: ChartForm,
  wanted: Newest['xRange'],
  [low, high]: readonly [number, number],
  places: ArrayLike<number>,
): [number, number] {
  if (wanted !== undefined) return [...wanted]
  const room = form === 'bars' ? roomForBar(places) : 0
  return [low - room, high + room]
}

/** Lines over the whole height, behind the values. */
function drawMarks(chart: UPlot, marks: readonly ChartMark[]): void {
  const { ctx, bbox } = chart
  const css = getComputedStyle(document.documentElement)
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
  for (const { x, colour } of marks) {
    const left = chart.valToPos(x, 'x', true)
    if (left < bbox.left || left > bbox.left + bbox.width) continue
    ctx.strokeStyle = css.getPropertyValue(colour)
    ctx.beginPath()
    ctx.moveTo(left, bbox.top)
    ctx.lineTo(left, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

/** Half a place on either side, so that the first and the last bar are whole. */
function roomForBar(places: ArrayLike<number>): number {
  let gap = Number.POSITIVE_INFINITY
  for (let at = 1; at < places.length; at++) gap = Math.min(gap, (places[at] ?? 0) - (places[at - 1] ?? 0))
  return 0.6 * (Number.isFinite(gap) && gap > 0 ? gap : 1)
}

function formOf(form: ChartForm, colour: string): Partial<UPlot.Series> {
  const bars = UPlot.paths.bars
  switch (form) {
    case 'bars':
      return { fill: `${colour}99`, ...(bars === undefined ? {} : { paths: bars({ size: [0.7, 60] }) }) }
    case 'area':
      return { fill: `${colour}33` }
    case 'points':
      return { paths: () => null }
    case 'line':
      return {}
  }
}
