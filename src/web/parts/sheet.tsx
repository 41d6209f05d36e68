import { type ReactNode, useEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import { Icon } from './icon.tsx'
import './sheet.css'

type Props = {
  readonly title: string
  /** What it is called until its title is known. */
  readonly label?: string
  readonly below?: ReactNode
  readonly close: () => void
  readonly children: ReactNode
}

/** Something beside what one is doing, without leaving the page. Escape closes it, and the focus goes back. */
export const Sheet = ({ title, label = title, below, close, children }: Props) => {
  const closing = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const before = document.activeElement
    closing.current?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  // Out of the column it is opened from, which the top of the frame lies above.
  return createPortal(
    <div className="sheet-side" role="dialog" aria-label={label} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <div className="sheet-head">
        <div className="grow">
          <h2>{title}</h2>
          {below}
        </div>
        <button ref={closing} type="button" className="plain-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </div>,
    document.body,
  )
}
