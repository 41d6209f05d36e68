import '@mantine/core/styles/Paper.css'
import '@mantine/core/styles/ModalBase.css'
import '@mantine/core/styles/Modal.css'
import '@mantine/core/styles/Overlay.css'
import '@mantine/core/styles/CloseButton.css'
import { Button, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi } from '../api.ts'
import { useGo } from '../parts/go.tsx'
import { Failing } from '../parts/state.tsx'
import { UsedBy } from './used-by.tsx'
import type { ComputedTrait, TraitFigures } from './wire.ts'
import { whoWords } from './words.ts'

type Props = { readonly of: ComputedTrait; readonly figures: TraitFigures | undefined }

const Asking = ({ of, figures, close }: Props & { readonly close: () => void }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const [busy, setBusy] = useState(false)
  const users = figures?.usedBy ?? []
  // A journey goes on without it, and says so; an audience or another trait would not know what to do.
  const blocked = users.some(({ kind }) => kind !== 'journey')
  const remove = async (): Promise<void> => {
    if (of.enabled) await api.call('PATCH', `/computed-traits/${of.id}`, { enabled: false })
    await api.call('DELETE', `/computed-traits/${of.id}`)
    go('/computed-traits')
    await queries.invalidateQueries()
  }
  const press = (): void => {
    setBusy(true)
    setProblem(undefined)
    remove()
      .catch(setProblem)
      .finally(() => setBusy(false))
  }
  const who = whoWords(figures?.people ?? 0, of.definition.type)
  return (
    <div className="stack">
      {users.length > 0 && (
        <div>
          <p>{blocked ? 'It is used. Take it out there first:' : 'These ask for it, and will find what it says now:'}</p>
          <UsedBy of={users} />
        </div>
      )}
      {!blocked && (
        <p>
          It is computed no more. What it says now stays on {who} as a custom trait “{of.key}”, and the key is never used again.
          This cannot be taken back.
        </p>
      )}
      {problem && <Failing error={problem} title="It was not deleted" />}
      <div className="row">
        <Button color="red" disabled={blocked} loading={busy} onClick={press}>
          Delete it
        </Button>
        <Button variant="default" onClick={close}>
          Not now
        </Button>
      </div>
    </div>
  )
}

/** Deletes a computed trait, after saying who uses it and what stays. */
export const RemoveButton = (props: Props) => {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Delete
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={<strong>Delete “{props.of.name}”</strong>} centered>
        <Asking {...props} close={() => setOpen(false)} />
      </Modal>
    </>
  )
}
