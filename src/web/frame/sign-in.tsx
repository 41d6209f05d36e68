import { Button, PasswordInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ApiFailure, openSession } from '../api.ts'
import type { Session } from '../wire.ts'
import { Mark } from './nav.tsx'

/** Asks for a space's token where the server does not hand one out. */
export default function SignIn({ signedIn }: { readonly signedIn: (session: Session) => void }) {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const enter = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    await openSession(token.trim())
      .then(signedIn)
      .catch((error: unknown) => setProblem(error instanceof ApiFailure ? error.message : 'That did not work.'))
    setBusy(false)
  }
  return (
    <main className="signin">
      <form onSubmit={(event) => void enter(event)}>
        <Mark size={40} />
        <div>
          <h1>Welcome to Usher</h1>
          <p className="soft">Sign in with a token of your space. Whoever set Usher up can make you one.</p>
        </div>
        <PasswordInput
          label="Token"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={problem}
          autoComplete="current-password"
          required
          autoFocus
        />
        <Button type="submit" loading={busy} disabled={token.trim() === ''}>
          Sign in
        </Button>
        <p className="dim small">It is kept in this browser until you sign out in Settings.</p>
      </form>
    </main>
  )
}
