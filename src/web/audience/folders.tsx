import { Button, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failing } from '../parts/state.tsx'
import { many, number } from '../parts/words.ts'
import type { Audience, Folder } from '../wire.ts'
import './organise.css'

/** In no folder, as the address and the API say it. */
export const ROOT = 'root'

/** The folders of the space. */
export const useFolders = (): readonly Folder[] =>
  useGet<{ folders: readonly Folder[] }>('/folders', { every: 10_000 }).data?.folders ?? []

/** What does something to folders, and what came of it. */
const useDeed = () => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const act = async <T,>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T | undefined> => {
    setProblem(undefined)
    try {
      const answer = await api.call<T>(method, path, body)
      await queries.invalidateQueries()
      return answer
    } catch (failure) {
      setProblem(failure as ApiFailure)
      return undefined
    }
  }
  return { act, problem }
}

const NameForm = ({
  name = '',
  what = 'Name of the folder',
  label,
  save,
  cancel,
}: {
  readonly name?: string
  readonly what?: string
  readonly label: string
  readonly save: (name: string) => void
  readonly cancel: () => void
}) => {
  const [text, setText] = useState(name)
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim()) save(text.trim())
      }}
    >
      <TextInput
        size="xs"
        value={text}
        autoFocus
        placeholder={what}
        aria-label={what}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" disabled={!text.trim()}>
        {label}
      </Button>
      <Button size="xs" variant="subtle" onClick={cancel}>
        Not now
      </Button>
    </form>
  )
}

type ChipsProps = {
  readonly folders: readonly Folder[]
  readonly audiences: readonly Audience[]
  readonly chosen: string
  readonly choose: (folder: string) => void
}

/** The folders as chips, each with how much is in it; the chosen one is in the address. */
export const FolderChips = ({ folders, audiences, chosen, choose }: ChipsProps) => {
  const [making, setMaking] = useState(false)
  const { act, problem } = useDeed()
  const chip = (key: string, label: string, count: number) => (
    <button key={key} type="button" className="chip" aria-pressed={chosen === key} onClick={() => choose(key)}>
      <b>{label}</b> <span className="count">{number(count)}</span>
    </button>
  )
  const make = async (name: string): Promise<void> => {
    const made = await act<{ data: { folder: Folder } }>('POST', '/folders', { name })
    if (!made) return
    setMaking(false)
    choose(made.data.folder.id)
  }
  return (
    <>
      <fieldset className="chips" aria-label="Folders">
        {chip('', 'All', audiences.length)}
        {folders.map((folder) => chip(folder.id, folder.name, folder.audiences))}
        {folders.length > 0 && chip(ROOT, 'In no folder', audiences.filter((each) => !each.folderId).length)}
        {making ? (
          <NameForm label="Make it" save={(name) => void make(name)} cancel={() => setMaking(false)} />
        ) : (
          <button type="button" className="add" onClick={() => setMaking(true)}>
            <Icon name="plus" size={13} /> New folder
          </button>
        )}
      </fieldset>
      {problem && <Failing error={problem} title="This was not done" />}
    </>
  )
}

const staysWords = ({ audiences, computedTraits }: Folder): string => {
  const inside = [audiences > 0 && many(audiences, 'audience'), computedTraits > 0 && many(computedTraits, 'computed trait')]
  if (audiences + computedTraits === 0) return 'Nothing is in it.'
  return `Nothing in it is deleted: ${inside.filter(Boolean).join(' and ')} ${audiences + computedTraits === 1 ? 'goes' : 'go'} back to “In no folder”.`
}

/** The open folder: what it is for, and how to change or disband it. */
export const FolderHead = ({ of, left }: { readonly of: Folder; readonly left: () => void }) => {
  const [editing, setEditing] = useState<'name' | 'description'>()
  const [ending, setEnding] = useState(false)
  const { act, problem } = useDeed()
  const save = async (change: object): Promise<void> => {
    if (await act('PATCH', `/folders/${of.id}`, change)) setEditing(undefined)
  }
  const disband = async (): Promise<void> => {
    if (await act('DELETE', `/folders/${of.id}`)) left()
  }
  if (editing)
    return (
      <>
        <NameForm
          name={of[editing]}
          what={editing === 'name' ? 'Name of the folder' : 'What the folder is for'}
          label="Save"
          save={(text) => void save({ [editing]: text })}
          cancel={() => setEditing(undefined)}
        />
        {problem && <Failing error={problem} title="This was not done" />}
      </>
    )
  return (
    <div className="folder-head">
      <span>
        <strong className="ink">{of.name}</strong>
        {of.description && <> · {of.description}</>}
      </span>
      <button type="button" className="link-button" onClick={() => setEditing('name')}>
        Rename
      </button>
      <button type="button" className="link-button" onClick={() => setEditing('description')}>
        Describe
      </button>
      <button type="button" className="link-button" onClick={() => setEnding(true)}>
        Disband
      </button>
      <Dialog title={`Disband “${of.name}”`} opened={ending} close={() => setEnding(false)}>
        <p>{staysWords(of)} The folder itself is gone for good.</p>
        <Answers problem={problem} close={() => setEnding(false)}>
          <Button color="red.9" onClick={() => void disband()}>
            Disband it
          </Button>
        </Answers>
      </Dialog>
    </div>
  )
}

/** What to do with the audiences that were ticked. */
export const MoveBar = ({
  ids,
  folders,
  done,
}: {
  readonly ids: readonly string[]
  readonly folders: readonly Folder[]
  readonly done: () => void
}) => {
  const { act, problem } = useDeed()
  const move = async (to: string): Promise<void> => {
    if (await act('POST', '/folders/moves', { folderId: to === ROOT ? null : to, audiences: ids })) done()
  }
  return (
    <div className="chosen-bar">
      <strong>{many(ids.length, 'audience')} chosen</strong>
      <label className="row-tight">
        Move to{' '}
        <select className="pick" value="" aria-label="Move to folder" onChange={(event) => void move(event.currentTarget.value)}>
          <option value="" disabled>
            {folders.length === 0 ? 'make a folder first' : 'a folder'}
          </option>
          {folders.map((folder) => (
            <option key={folder.id} value={folder.id}>
              {folder.name}
            </option>
          ))}
          <option value={ROOT}>In no folder</option>
        </select>
      </label>
      <button type="button" className="link-button" onClick={done}>
        Choose none
      </button>
      {problem && <Failing error={problem} title="This was not done" />}
    </div>
  )
}
