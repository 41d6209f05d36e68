import { useRouterState } from '@tanstack/react-router'
import { Go } from './go.tsx'

/** Nouns that belong together, as links beside each other. */
export const Siblings = ({ of }: { readonly of: readonly { readonly to: string; readonly label: string }[] }) => {
  const path = useRouterState({ select: (state) => state.location.pathname })
  return (
    <nav className="chips" aria-label="Beside this">
      {of.map(({ to, label }) => (
        <Go key={to} to={to} className="chip" {...(path === to ? { 'aria-current': 'page' as const } : {})}>
          {label}
        </Go>
      ))}
    </nav>
  )
}

export const TRAITS = [
  { to: '/computed-traits', label: 'Computed' },
  { to: '/sql-traits', label: 'From SQL' },
  { to: '/warehouses', label: 'Warehouses' },
]
export const SETTINGS = [
  { to: '/settings', label: 'Space' },
  { to: '/identity-rules', label: 'Identity rules' },
]
export const PROFILES = [
  { to: '/people', label: 'People' },
  { to: '/accounts', label: 'Accounts' },
  { to: '/imports', label: 'Imports' },
]
