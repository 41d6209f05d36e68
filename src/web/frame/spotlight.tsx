import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { callOf } from '../parts/words.ts'
import type { Overview, Person } from '../wire.ts'
import { places } from './nav.tsx'

type Found = { readonly to: string; readonly label: string; readonly kind: string; readonly icon: IconName }

const useFound = (text: string): readonly Found[] => {
  const { session } = useApi()
  const { data: overview } = useGet<Overview>('/overview')
  const { data: people } = useGet<{ profiles: readonly Person[] }>('/profiles', {
    params: { search: text, count: 6 },
    enabled: text.length >= 2,
    keep: true,
  })
  const { data: connected } = useGet<{ destinations: readonly { readonly id: string; readonly name: string }[] }>('/destinations')
  const all: readonly Found[] = [
    ...(overview?.audiences ?? []).map((a) => ({
      to: `/audiences/${a.id}`,
      label: a.name,
      kind: 'Audience',
      icon: 'audiences' as const,
    })),
    ...(overview?.journeys ?? []).map((j) => ({
      to: `/journeys/${j.id}`,
      label: j.name,
      kind: 'Journey',
      icon: 'journeys' as const,
    })),
    ...(connected?.destinations ?? []).map((d) => ({
      to: `/destinations/${d.id}`,
      label: d.name,
      kind: 'Destination',
      icon: 'destinations' as const,
    })),
    { to: '/audiences/new', label: 'Make an audience', kind: 'Action', icon: 'plus' },
    { to: '/computed-traits/new', label: 'Make a computed trait', kind: 'Action', icon: 'plus' },
    { to: '/destinations', label: 'Make a destination', kind: 'Action', icon: 'plus' },
    { to: '/identity-rules', label: 'Identity rules', kind: 'Page', icon: 'settings' },
    ...places(session.development).map((p) => ({ to: p.to, label: p.label, kind: 'Page', icon: p.icon })),
  ]
  const wanted = text.toLowerCase()
  const matching = all.filter((found) => found.label.toLowerCase().includes(wanted)).slice(0, 9)
  const persons = text.length < 2 ? [] : (people?.profiles ?? [])
  return [
    ...matching,
    ...persons.map((p) => ({ to: `/people/${p.id}`, label: callOf(p), kind: 'Person', icon: 'people' as const })),
  ]
}

/** ⌘K finds every noun and every action by its name. */
export default function Spotlight({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const go = useGo()
  const found = useFound(text)
  useEffect(() => input.current?.focus(), [])
  const open = (one: Found | undefined): void => {
    if (!one) return
    close()
    go(one.to)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close()
    if (event.key === 'Enter') open(found[at])
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setAt((at + step + found.length) % Math.max(1, found.length))
    }
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it from the field, which has the focus
    // biome-ignore lint/a11y/noStaticElementInteractions: the backdrop only closes
    <div className="spot-back" onClick={(event) => event.target === event.currentTarget && close()}>
      <div className="spot" role="dialog" aria-label="Find anything">
        <input
          ref={input}
          value={text}
          placeholder="An audience, a journey, a person, an action…"
          onChange={(event) => {
            setText(event.currentTarget.value)
            setAt(0)
          }}
          onKeyDown={press}
          aria-label="Find anything"
        />
        <div role="listbox" className="spot-list">
          {found.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: arrows and Enter work from the field
            <div
              key={one.kind + one.to + one.label}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onMouseEnter={() => setAt(index)}
              onClick={() => open(one)}
            >
              <Icon name={one.icon} size={16} /> <span className="clip">{one.label}</span>
              <span className="kind">{one.kind}</span>
            </div>
          ))}
          {found.length === 0 && <div className="dim">Nothing is called “{text}”.</div>}
        </div>
      </div>
    </div>
  )
}
