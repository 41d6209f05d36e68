import { Button } from '@mantine/core'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { saveFile } from '../parts/save-file.ts'

/** Saves the names of a source as CSV: behind the token, so not a plain link. */
export const Download = ({ source, type }: { readonly source: string; readonly type: string }) => {
  const { session } = useApi()
  const [failed, setFailed] = useState(false)
  const download = async (): Promise<void> => {
    const answer = await fetch(
      `/spaces/${encodeURIComponent(session.spaceId)}/sources/${source}/schema.csv?type=${type}&days=7`,
      {
        headers: { authorization: `Bearer ${session.token}` },
      },
    )
    if (!answer.ok) throw new Error(`the CSV answered ${answer.status}`)
    saveFile(await answer.blob(), /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'schema.csv')
  }
  return (
    <Button size="xs" variant="default" onClick={() => void download().catch(() => setFailed(true))}>
      {failed ? 'CSV failed: try again' : 'Download CSV'}
    </Button>
  )
}
