import { useRouter, useRouterState } from '@tanstack/react-router'
import type { AriaRole, CSSProperties, MouseEvent, ReactNode } from 'react'

type GoProps = {
  readonly to: string
  readonly children: ReactNode
  readonly className?: string
  readonly style?: CSSProperties
  readonly title?: string
  readonly role?: AriaRole
  readonly onClick?: () => void
  readonly 'aria-current'?: 'page'
  readonly 'aria-label'?: string
}

const isPlain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

/** A link to an address of the app: a real one, so it can be opened in a new tab and copied. */
export const Go = ({ to, children, onClick, ...rest }: GoProps) => {
  const router = useRouter()
  const follow = (event: MouseEvent): void => {
    onClick?.()
    if (!isPlain(event)) return
    event.preventDefault()
    router.history.push(to)
  }
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  )
}

/** Goes to an address of the app. */
export const useGo = (): ((to: string) => void) => {
  const router = useRouter()
  return (to) => router.history.push(to)
}

/** One word of the address's query, and how to set it: filters and tabs live in the address. An empty value leaves the address. */
export const useSearchWord = (key: string, fallback = ''): readonly [string, (value: string) => void] => {
  const router = useRouter()
  const text = useRouterState({ select: (state) => state.location.searchStr })
  const value = new URLSearchParams(text).get(key) ?? fallback
  const set = (next: string): void => {
    const words = new URLSearchParams(router.state.location.searchStr)
    if (next === '' || next === fallback) words.delete(key)
    else words.set(key, next)
    const query = words.toString()
    router.history.replace(`${router.state.location.pathname}${query ? `?${query}` : ''}`)
  }
  return [value, set]
}
