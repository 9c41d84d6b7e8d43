/** Signs drawn as lines on a field of 20: no font and no file of others is loaded. */
const lines = {
  jobs: 'M3 5.5h14M3 10h14M3 14.5h9M15 12.5l3 2-3 2z',
  sql: 'M4 5l4 5-4 5M10.5 15H16',
  notebook: 'M5 3h11.500v14H5zM3 6h3.500M3 10h3.500M3 14h3.500M9 7h5M9 10.500h5',
  text: 'M4 5h12M10 5v11M7.500 16h5',
  link: 'M8.500 11.500a3 3 0 0 0 4.300.2l2.700-2.700a3 3 0 0 0-4.200-4.200l-1 1M11.500 8.500a3 3 0 0 0-4.300-.2L4.500 11a3 3 0 0 0 4.200 4.200l1-1',
  keyboard: 'M2.500 5.500h15v9h-15zM5.500 8.500h.01M8.500 8.500h.01M11.500 8.500h.01M14.500 8.500h.01M6.500 11.500h7',
  download: 'M10 3.500v9M6 9l4 4 4-4M4 16.500h12',
  upload: 'M10 13V4M6 7.500l4-4 4 4M4 16.500h12',
  sliders: 'M4 6.500h12M4 13.500h12M8 4.500v4M13 11.500v4',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  search: 'M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M13.2 13.2 17 17',
  play: 'M6 4l10 6-10 6z',
  stop: 'M5.5 5.5h9v9h-9z',
  restart: 'M16 10a6 6 0 1 1-2-4.5M14.5 2.5v3.3h-3.3',
  pause: 'M7 4.5v11M13 4.5v11',
  plus: 'M10 4v12M4 10h12',
  close: 'M5 5l10 10M15 5L5 15',
  check: 'M4 10.5l4 4 8-9',
  down: 'M5 7.5l5 5 5-5',
  right: 'M7.5 5l5 5-5 5',
  left: 'M12.5 5l-5 5 5 5',
  up: 'M5 12.5l5-5 5 5',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  tag: 'M3.5 9.5v-6h6l7 7-6 6zM6.5 6.5h.01',
  folder: 'M2.5 5.5h5l2 2h8v8h-15z',
  person: 'M10 3a3.2 3.2 0 1 1 0 6.4A3.2 3.2 0 0 1 10 3M3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5',
  sun: 'M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M10 1.8v1.7M10 16.5v1.7M1.8 10h1.7M16.5 10h1.7M4.2 4.2l1.2 1.2M14.6 14.6l1.2 1.2M4.2 15.8l1.2-1.2M14.6 5.4l1.2-1.2',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5 7 7 0 1 0 16.5 12z',
  screen: 'M2.5 4h15v10h-15zM7 17h6',
  globe: 'M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15M2.5 10h15M10 2.5c5 4.5 5 10.5 0 15M10 2.5c-5 4.5-5 10.5 0 15',
  leave: 'M8 3.5H4v13h4M12 6l4 4-4 4M16 10H7.5',
  menu: 'M3 6h14M3 10h14M3 14h14',
  save: 'M4 3.5h10l2.5 2.5v10.5h-12.5zM7 3.5v4h5v-4M7 16.5v-5h6v5',
  history: 'M4 10a6 6 0 1 0 2-4.5M5.5 2.5v3.3h3.3M10 6.5V10l2.5 1.5',
  table: 'M3 4.5h14v11H3zM3 8.5h14M8.5 8.5v7',
  chart: 'M3.5 3.5v13h13M6.5 13l3-4 2.5 2 4-5.5',
  plan: 'M7.5 3h5v4h-5zM3 13h5v4H3zM12 13h5v4h-5zM10 7v3M5.5 13v-3h9v3',
  log: 'M4 4.5h12M4 8h8M4 11.5h12M4 15h6',
  copy: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
  bin: 'M4 6h12M8 6V3.5h4V6M5.5 6l.7 10.5h7.6l.7-10.5',
  key: 'M7 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M9.5 10L16 3.5M13.5 6l2.5 2.5',
  people:
    'M7.5 4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2M2.5 15.5c.5-2.8 2.5-4 5-4s4.500 1.200 5 4M13 4.300a2.500 2.500 0 0 1 0 4.800M14.500 11.800c1.700.5 2.700 1.700 3 3.700',
  format: 'M3.5 5h13M6.500 9h10M6.500 13h7M3.500 9v4',
  flag: 'M5 17V3.500h9.500l-2 3.500 2 3.500H5',
  camera: 'M3 6.500h3l1.500-2h5l1.500 2h3v9H3zM10 8.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5',
  bell: 'M5 13.500c1-1 1-3 1-5a4 4 0 0 1 8 0c0 2 0 4 1 5zM8.500 16a1.600 1.600 0 0 0 3 0',
  bolt: 'M11 2.500L4.500 11.500H9.500L9 17.500 15.500 8.500H10.500z',
  catalog:
    'M10 3c3.600 0 6 1 6 2.300s-2.400 2.300-6 2.300-6-1-6-2.300S6.400 3 10 3M4 5.300v9.400C4 16 6.400 17 10 17s6-1 6-2.300V5.300M4 10c0 1.300 2.400 2.300 6 2.300s6-1 6-2.300',
  view: 'M2.500 10C4.500 6.500 7 5 10 5s5.500 1.500 7.500 5c-2 3.500-4.500 5-7.500 5s-5.500-1.500-7.500-5M10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4',
  function: 'M13.500 4c-2.500-.800-3.300.500-3.700 3L8 16c-.400 1.500-1.500 1.800-3 1.200M6.500 9h6M12 12.500l4 4M16 12.500l-4 4',
  warning: 'M10 3l7.500 13.500h-15zM10 8v4M10 14.200h.01',
} as const

export type IconName = keyof typeof lines

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false" style={{ flex: 'none' }}>
      <path d={lines[name]} fill="none" stroke="currentColor" strokeWidth={1.6} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}

/** The mill wheel over water. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false" style={{ flex: 'none' }}>
      <rect width="32" height="32" rx="8" fill="#1466b8" />
      <g fill="none" stroke="#fff" strokeWidth="2.2" strokeLinecap="round">
        <circle cx="16" cy="13" r="5.6" />
        <path d="M16 4.600v3M16 18.400v0M24 8.600l-2.900 1.600M8 8.600l2.900 1.600M7 24.500c1.800-1.700 3.600-1.700 5.400 0s3.600 1.700 5.400 0 3.600-1.700 5.400 0" />
      </g>
    </svg>
  )
}
