import { Button, Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../api.ts'
import { Icon, type IconName } from './icon.tsx'
import { capital } from './words.ts'

type EmptyProps = { readonly icon: IconName; readonly title: string; readonly children?: ReactNode; readonly action?: ReactNode }

/** Nothing here: says what would be, and the one click that makes it. */
export const Empty = ({ icon, title, children, action }: EmptyProps) => (
  <div className="empty">
    <span className="empty-icon">
      <Icon name={icon} size={26} />
    </span>
    <strong>{title}</strong>
    {children && <p>{children}</p>}
    {action}
  </div>
)

type FailingProps = { readonly error: ApiFailure; readonly again?: () => void; readonly title?: string }

const remediesOf = ({ problems }: ApiFailure): readonly string[] => [
  ...new Set(problems.flatMap(({ remedy }) => (remedy ? [`${capital(remedy)}.`] : []))),
]

/** What failed, in the API's words, and the way to try again. `title` where it was no loading that failed. */
export const Failing = ({ error, again, title = 'This could not be loaded' }: FailingProps) => (
  <div className="failing" role="alert">
    <Icon name="warn" />
    <div>
      <strong>{error.status === 404 ? 'Not found' : title}</strong>
      <p>{error.message}</p>
      {remediesOf(error).map((remedy) => (
        <p key={remedy}>{remedy}</p>
      ))}
    </div>
    {again && (
      <Button variant="default" size="xs" onClick={again}>
        Try again
      </Button>
    )}
  </div>
)

/** Keeps the layout while something loads. */
export const Loading = ({ lines = 5, height = 34 }: { readonly lines?: number; readonly height?: number }) => (
  <div className="loading" aria-busy="true">
    {Array.from({ length: lines }, (_, line) => `line ${line}`).map((line) => (
      <Skeleton key={line} height={height} radius="sm" />
    ))}
  </div>
)

type Loaded<T> = { readonly data: T | undefined; readonly error: ApiFailure | null; readonly refetch?: () => unknown }

/** One of loading, failing, or what was asked for. */
export const Await = <T,>({
  of,
  lines,
  children,
}: {
  readonly of: Loaded<T>
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}) => {
  if (of.data !== undefined) return children(of.data)
  if (of.error) return <Failing error={of.error} {...(of.refetch ? { again: () => void of.refetch?.() } : {})} />
  return <Loading {...(lines ? { lines } : {})} />
}
