import { useSyncExternalStore } from 'react'
import { ago, instant } from './words.ts'

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const tick = (): void => {
  now = Date.now()
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  // Where nobody looked, it stood still.
  if (timer === undefined) now = Date.now()
  timer ??= setInterval(tick, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Milliseconds now, moving once a second for the whole page together. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

/** How long ago, exact in its title. */
export const Ago = ({ at }: { readonly at: string | null | undefined }) => {
  const at_ = useNow()
  if (!at) return <span className="dim">–</span>
  return (
    <time dateTime={at} title={instant(at)} className="nowrap">
      {ago(at, at_)}
    </time>
  )
}
