const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  audiences:
    'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21v-2a5 5 0 0 1 5-5h4a5 5 0 0 1 5 5v2M16 3.1a4 4 0 0 1 0 7.8M22 21v-2a5 5 0 0 0-3.5-4.7',
  journeys: 'M6 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4M18 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4M8 6h7a3.5 3.5 0 0 1 0 7H9a3 3 0 0 0 0 5h7',
  messages: 'M4 5h16v11H9l-5 4z',
  people: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 21v-1a6 6 0 0 1 6-6h2a6 6 0 0 1 6 6v1',
  templates: 'M5 3h10l4 4v14H5zM14 3v5h5M9 13h6M9 17h4',
  mailbox: 'M3 6h18v12H3zM3 7l9 6 9-6',
  sources: 'M4 12h5M15 12h5M9 8v8h6V8zM12 3v5M12 16v5',
  destinations: 'M3 12h8M8 8l4 4-4 4M12 4h8v16h-8',
  settings: 'M4 7h10M18 7h2M4 17h4M12 17h8M16 5v4M10 15v4',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5 21 21',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5',
  menu: 'M4 6h16M4 12h16M4 18h16',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  right: 'M9 6l6 6-6 6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M7 7l10 10M17 7 7 17',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 2',
  warn: 'M12 4 2.8 20h18.4zM12 10v4M12 17v.5',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4v16l13-8z',
  archive: 'M3 5h18v4H3zM5 9v11h14V9M10 13h4',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  email: 'M3 6h18v12H3zM3 7l9 6 9-6',
  sms: 'M4 5h16v11H9l-5 4zM8 10h8',
  push: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  whatsapp: 'M4 20l1.2-4A8 8 0 1 1 8.5 19zM9 9c0 3 3 6 6 6l1-2-2.500-1-1 1c-.8-.4-1.500-1.100-2-2l1-1L10.500 7.500z',
  event: 'M13 3 5 13h6l-1 8 8-11h-6z',
  trait: 'M4 4h8l8 8-8 8-8-8zM8 8v.5',
  run: 'M6 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4M18 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4M8 6h7a3.5 3.5 0 0 1 0 7H9a3 3 0 0 0 0 5h7',
  delivery: 'M5 12.500l4 4L14 10M11 15l2 1.500L20 9',
  subscription: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  split: 'M12 3v6M12 9 6 15v6M12 9l6 6v6',
  hold: 'M7 3h10M7 21h10M8 3c0 5 8 6 8 9s-8 4-8 9M16 3c0 5-8 6-8 9s8 4 8 9',
  exit: 'M10 4H5v16h5M14 8l5 4-5 4M19 12H9',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
} as const

export type IconName = keyof typeof PATHS

/** A stroke icon in the colour of its text. Decoration: what it says is said in words too. */
export const Icon = ({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth={1.8}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    className="icon"
  >
    <path d={PATHS[name]} />
  </svg>
)
