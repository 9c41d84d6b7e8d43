/** The look in Mantine's words: one scale of space, one of type, one accent; state colours are in theme.css, for states alone. */
import {
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
  mergeMantineTheme,
} from '@mantine/core'

const water: MantineColorsTuple = [
  '#eaf3fd',
  '#d3e5f9',
  '#a6caf2',
  '#77b0ee',
  '#5fa5f0',
  '#3585dc',
  '#1f74cd',
  '#1466b8',
  '#0f569d',
  '#0a4581',
]

const monospace = 'ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace'
const sans = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'

/** Mantine's dark greys in the tone of our paper: from text to ground. */
const dark: MantineColorsTuple = [
  '#e4eaf0',
  '#c5ced8',
  '#9eabb8',
  '#8b98a6',
  '#354150',
  '#1c242d',
  '#171e26',
  '#11161c',
  '#0d1217',
  '#0b0f14',
]

/** Styles of ours stand in the page itself: elements of style that code makes would be refused by its policy. */
const plainModal = {
  lockScroll: false,
  transitionProps: { duration: 120 },
  centered: true,
  closeButtonProps: { 'aria-label': 'Close' },
  // Its element would else count as a second banner of the page.
  attributes: { header: { role: 'presentation' } },
}

export const theme = createTheme({
  colors: { water, dark },
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 6 },
  fontFamily: sans,
  fontFamilyMonospace: monospace,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  defaultRadius: 'sm',
  headings: { fontFamily: sans, fontWeight: '600' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    TagsInput: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Radio: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    Tooltip: { defaultProps: { openDelay: 350, withinPortal: true, fz: 'xs' } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 }, position: 'bottom-end' } },
    Modal: { defaultProps: plainModal },
    Drawer: { defaultProps: { lockScroll: false } },
  },
})

/** The variables that Mantine's own styles read, put in place as a sheet of the page rather than as an element. */
export function adoptThemeVariables(): void {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme)
  const resolved = defaultCssVariablesResolver(merged)
  const surface = {
    '--mantine-color-body': 'var(--paper)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-2)',
    '--mantine-color-placeholder': 'var(--ink-3)',
    '--mantine-color-default': 'var(--raised)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-border': 'var(--line-2)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-anchor': 'var(--accent)',
  }
  const sheet = new CSSStyleSheet()
  const variables = { ...resolved, light: { ...resolved.light, ...surface }, dark: { ...resolved.dark, ...surface } }
  sheet.replaceSync(convertCssVariables(variables, ':root'))
  document.adoptedStyleSheets.push(sheet)
}
