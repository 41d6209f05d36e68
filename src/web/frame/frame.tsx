import { useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Icon } from '../parts/icon.tsx'
import { Loading } from '../parts/state.tsx'
import { number } from '../parts/words.ts'
import type { Overview } from '../wire.ts'
import { type Connection, useLive } from './live.ts'
import { Nav } from './nav.tsx'

const Spotlight = lazy(() => import('./spotlight.tsx'))

const Pulse = ({ connection }: { readonly connection: Connection }) => {
  const { data } = useGet<Overview>('/overview')
  const rate = data?.events.perSecond ?? 0
  const away = connection === 'away'
  const look = away ? 'off' : rate > 0 ? 'on' : ''
  return (
    <Go to="/sources" className={`pulse ${look}`} title="Events a second, over the last ten seconds">
      <i />
      {away ? 'not connected' : `${number(Math.round(rate * 10) / 10)} events/s`}
    </Go>
  )
}

const Scheme = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches)
  return (
    <button
      type="button"
      className="plain-button"
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
      aria-label={dark ? 'Use light colours' : 'Use dark colours'}
    >
      <Icon name={dark ? 'sun' : 'moon'} />
    </button>
  )
}

const useCommandKey = (open: () => void): void => {
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      open()
    }
    window.addEventListener('keydown', heard)
    return () => window.removeEventListener('keydown', heard)
  }, [open])
}

const Top = ({
  connection,
  menu,
  find,
}: {
  readonly connection: Connection
  readonly menu: () => void
  readonly find: () => void
}) => {
  const { session } = useApi()
  return (
    <div className="top">
      <button type="button" className="plain-button menu-button" onClick={menu} aria-label="Menu">
        <Icon name="menu" />
      </button>
      <span className="space-name">{session.spaceName}</span>
      {session.development && <span className="env">development</span>}
      <span className="grow" />
      <button type="button" className="find" onClick={find}>
        <Icon name="search" size={15} />
        <span className="find-words">Find anything</span>
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: it takes no focus */}
        <kbd aria-hidden="true">⌘K</kbd>
      </button>
      <Pulse connection={connection} />
      <Scheme />
    </div>
  )
}

/** Around every screen: the nouns on the left, on top the space, its pulse, and the way to find anything. */
export const Frame = () => {
  const { session } = useApi()
  const connection = useLive(useQueryClient())
  const [menu, setMenu] = useState(false)
  const [finding, setFinding] = useState(false)
  useCommandKey(() => setFinding(true))
  return (
    <div className="frame">
      <div className={session.development ? 'stripe development' : 'stripe'} />
      <Nav development={session.development} open={menu} close={() => setMenu(false)} />
      <div className="side">
        <Top connection={connection} menu={() => setMenu(!menu)} find={() => setFinding(true)} />
        <Suspense
          fallback={
            <main className="page">
              <Loading />
            </main>
          }
        >
          <Outlet />
        </Suspense>
      </div>
      {finding && (
        <Suspense fallback={null}>
          <Spotlight close={() => setFinding(false)} />
        </Suspense>
      )}
    </div>
  )
}
