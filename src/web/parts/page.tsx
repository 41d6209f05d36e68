import { type ReactNode, useEffect, useRef } from 'react'
import { Go, useSearchWord } from './go.tsx'

type PageProps = {
  /** The noun and name, small, above the fact. */
  readonly title: ReactNode
  readonly tab?: string
  /** The heading: the fact that one opens the screen for. */
  readonly fact: ReactNode
  readonly below?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A screen: its first line answers. */
export const Page = ({ title, tab, fact, below, actions, children }: PageProps) => {
  useEffect(() => {
    document.title = tab ? `${tab} · Usher` : 'Usher'
  }, [tab])
  return (
    <main className="page">
      <header className="page-head">
        <div className="page-words">
          <div className="page-title">{title}</div>
          <h1>{fact}</h1>
          {below && <div className="page-below">{below}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </main>
  )
}

/** Where one is: `Audiences › Repeat buyers`. */
export const Trail = ({ to, of, children }: { readonly to: string; readonly of: string; readonly children: ReactNode }) => (
  <>
    <Go to={to}>{of}</Go> <span className="dim">›</span> {children}
  </>
)

/** Tabs whose choice is in the address. */
export const Tabs = ({
  word = 'tab',
  of,
}: {
  readonly word?: string
  readonly of: readonly { readonly key: string; readonly label: ReactNode; readonly body: () => ReactNode }[]
}) => {
  const [chosen, choose] = useSearchWord(word, of[0]?.key ?? '')
  const open = of.find((tab) => tab.key === chosen) ?? of[0]
  const list = useRef<HTMLDivElement>(null)
  // On a phone they do not all fit: the open one is never out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked for anew when another is open
  useEffect(() => {
    const [row, tab] = [list.current, list.current?.querySelector<HTMLElement>('[aria-selected=true]')]
    if (row && tab) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.clientWidth) / 2
  }, [open?.key])
  return (
    <>
      <div className="tabs" role="tablist" ref={list}>
        {of.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            aria-selected={tab === open}
            className="tab"
            onClick={() => choose(tab.key)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel">{open?.body()}</div>
    </>
  )
}

/** A titled block of a screen. */
export const Block = ({
  title,
  aside,
  children,
  flush,
}: {
  readonly title?: ReactNode
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly flush?: boolean
}) => (
  <section className={flush ? 'block flush' : 'block'}>
    {(title || aside) && (
      <div className="block-head">
        {title && <h2>{title}</h2>}
        {aside && <div className="block-aside">{aside}</div>}
      </div>
    )}
    {children}
  </section>
)
