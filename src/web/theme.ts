import { createTheme, type MantineColorsTuple } from '@mantine/core'

const velvet: MantineColorsTuple = [
  '#fdf0f5',
  '#f6dde7',
  '#ecb8cd',
  '#e090b1',
  '#d36d98',
  '#c04a7c',
  '#a83668',
  '#942a59',
  '#7f2049',
  '#661739',
]

/** Neutral greys and one accent; 14 px with tabular numerals. What is not a Mantine widget is in `app.css`. */
export const theme = createTheme({
  primaryColor: 'velvet',
  primaryShade: { light: 7, dark: 6 },
  colors: { velvet },
  defaultRadius: 'md',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
})
