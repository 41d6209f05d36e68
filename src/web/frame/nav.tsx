import { useRouterState } from '@tanstack/react-router'
import { Go } from '../parts/go.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'

export type Place = {
  readonly to: string
  readonly label: string
  readonly icon: IconName
  /** Addresses that belong to it, too. */
  readonly also?: readonly string[]
}

/** The nouns of the app, in the order of the left side. */
export const places = (development: boolean): readonly Place[] => [
  { to: '/', label: 'Overview', icon: 'overview' },
  { to: '/audiences', label: 'Audiences', icon: 'audiences' },
  { to: '/computed-traits', label: 'Traits', icon: 'trait', also: ['/sql-traits', '/warehouses'] },
  { to: '/journeys', label: 'Journeys', icon: 'journeys' },
  { to: '/messages', label: 'Messages', icon: 'messages' },
  { to: '/people', label: 'People', icon: 'people', also: ['/accounts', '/imports'] },
  { to: '/templates', label: 'Templates', icon: 'templates' },
  ...(development ? [{ to: '/mailbox', label: 'Mailbox', icon: 'mailbox' as const }] : []),
  { to: '/destinations', label: 'Destinations', icon: 'destinations' },
  { to: '/sources', label: 'Sources', icon: 'sources', also: ['/tracking-plans', '/transformations', '/functions', '/alerts'] },
  { to: '/settings', label: 'Settings', icon: 'settings', also: ['/identity-rules'] },
]

export const Mark = ({ size = 24 }: { readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#9b2c5c" />
    <path d="M9 8v9a7 7 0 0 0 14 0V8" fill="none" stroke="#fff" strokeWidth="4" strokeLinecap="round" />
  </svg>
)

type NavProps = { readonly development: boolean; readonly open: boolean; readonly close: () => void }

/** The left side: the nouns. On a phone it slides in. */
export const Nav = ({ development, open, close }: NavProps) => {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const isAt = (to: string): boolean => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`))
  const isHere = ({ to, also = [] }: Place): boolean => [to, ...also].some(isAt)
  return (
    <nav className={open ? 'nav open' : 'nav'} aria-label="Main">
      <Go to="/" className="brand" onClick={close}>
        <Mark /> Usher
      </Go>
      {places(development).map((place) => (
        <Go
          key={place.to}
          to={place.to}
          className="nav-link"
          onClick={close}
          {...(isHere(place) ? { 'aria-current': 'page' as const } : {})}
        >
          <Icon name={place.icon} /> {place.label}
        </Go>
      ))}
      <div className="nav-foot dim">
        <a href="/reference" target="_blank" rel="noreferrer">
          API reference
        </a>
      </div>
    </nav>
  )
}
