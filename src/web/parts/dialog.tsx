import '@mantine/core/styles/Paper.css'
import '@mantine/core/styles/ModalBase.css'
import '@mantine/core/styles/Modal.css'
import '@mantine/core/styles/Overlay.css'
import '@mantine/core/styles/CloseButton.css'
import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../api.ts'
import { Failing } from './state.tsx'

type Props = {
  readonly title: ReactNode
  readonly opened: boolean
  readonly close: () => void
  readonly wide?: boolean
  readonly children: ReactNode
}

/** What stands over the page until it is answered: what will be done, to whom, and the ways to do it or not. */
export const Dialog = ({ title, opened, close, wide = false, children }: Props) => (
  <Modal
    opened={opened}
    onClose={close}
    title={<strong>{title}</strong>}
    closeButtonProps={{ 'aria-label': 'Close' }}
    transitionProps={{ duration: 0 }}
    size={wide ? 'lg' : 'md'}
    centered
  >
    <div className="stack">{children}</div>
  </Modal>
)

/** The end of a dialog: why it did not work, the buttons that do it, and one that does nothing. */
export const Answers = ({
  problem,
  failed = 'This was not done',
  close,
  children,
}: {
  readonly problem: ApiFailure | undefined
  readonly failed?: string
  readonly close: () => void
  readonly children: ReactNode
}) => (
  <>
    {problem && <Failing error={problem} title={failed} />}
    <div className="row">
      {children}
      <Button variant="default" onClick={close}>
        Not now
      </Button>
    </div>
  </>
)
