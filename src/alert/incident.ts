import { idFrom } from '../base/ids.ts'
import type { AlertKind, AlertRow, AlertSubject } from '../db/rows/alert.ts'

/** Something is wrong with one event of a source. */
export type Finding = Omit<AlertSubject, 'closedAt'> & { readonly sourceId: string; readonly kind: AlertKind }
export type Alert = Pick<AlertRow, 'id' | 'kind' | 'source_id' | 'opened_at' | 'closed_at' | 'subjects'>
export type Next = {
  readonly raised: readonly Alert[]
  /** Those that were there and are not what they were. */
  readonly changed: readonly Alert[]
}

/** What goes wrong within an hour of the first is of the same incident: it joins it, and nobody is told again. */
const JOINS_MS = 3_600_000

const keyOf = (sourceId: string, kind: AlertKind, { type, name }: Pick<AlertSubject, 'type' | 'name'>): string =>
  JSON.stringify([sourceId, kind, type, name])
const subjectOf = ({ sourceId: _, kind: __, ...subject }: Finding): AlertSubject => subject

type Looking = { readonly found: ReadonlyMap<string, Finding>; readonly isOver: (finding: Finding) => boolean; readonly at: Date }

const lookAgain = (alert: Alert, { found, isOver, at }: Looking): Alert => {
  const { source_id: sourceId, kind } = alert
  const subjects = alert.subjects.map((subject): AlertSubject => {
    if (subject.closedAt !== undefined) return subject
    const finding = found.get(keyOf(sourceId, kind, subject))
    if (finding) return subjectOf(finding)
    return isOver({ ...subject, sourceId, kind }) ? { ...subject, closedAt: at.toISOString() } : subject
  })
  const closed = subjects.every(({ closedAt }) => closedAt !== undefined)
  return { ...alert, subjects, closed_at: closed ? at : null }
}

const join = (alert: Alert, findings: readonly Finding[]): Alert => {
  const names = new Set(findings.map((finding) => keyOf(alert.source_id, alert.kind, finding)))
  const others = alert.subjects.filter((subject) => !names.has(keyOf(alert.source_id, alert.kind, subject)))
  return { ...alert, subjects: [...others, ...findings.map(subjectOf)], closed_at: null }
}

const isOpenIn = (alert: Alert, finding: Finding): boolean =>
  alert.subjects.some(
    (one) =>
      one.closedAt === undefined && keyOf(alert.source_id, alert.kind, one) === keyOf(finding.sourceId, finding.kind, finding),
  )

/**
 * The alerts after a look: what is still wrong stays the incident that it was, what is over is closed, and what is newly wrong is one incident
 * for each source and kind, however many events it is. `isOver` is asked of what was wrong and was not found again: false where nobody can tell.
 */
export const nextAlerts = (
  spaceId: string,
  open: readonly Alert[],
  findings: readonly Finding[],
  isOver: (finding: Finding) => boolean,
  at: Date,
): Next => {
  const found = new Map(findings.map((finding) => [keyOf(finding.sourceId, finding.kind, finding), finding]))
  const after = new Map(open.map((alert) => [alert.id, lookAgain(alert, { found, isOver, at })]))
  const fresh = findings.filter((finding) => !open.some((alert) => isOpenIn(alert, finding)))
  const raised: Alert[] = []
  for (const group of Map.groupBy(fresh, ({ sourceId, kind }) => JSON.stringify([sourceId, kind])).values()) {
    const [first] = group
    if (!first) continue
    const { sourceId, kind } = first
    const there = open.find(
      (alert) => alert.source_id === sourceId && alert.kind === kind && at.getTime() - alert.opened_at.getTime() < JOINS_MS,
    )
    if (there) after.set(there.id, join(after.get(there.id) ?? there, group))
    else
      raised.push({
        id: idFrom('alert', spaceId, sourceId, kind, at.toISOString()),
        kind,
        source_id: sourceId,
        opened_at: at,
        closed_at: null,
        subjects: group.map(subjectOf),
      })
  }
  const changed = open.flatMap((alert) => {
    const now = after.get(alert.id) ?? alert
    return JSON.stringify(now) === JSON.stringify(alert) ? [] : [now]
  })
  return { raised, changed }
}
