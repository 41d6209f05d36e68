import { createHmac } from 'node:crypto'
import { checkedLookup, hostOf, isNobodys } from '../base/address.ts'
import { Invalid, Refused } from '../base/errors.ts'
import { post } from '../base/post.ts'
import type { Db } from '../db/database.ts'
import { alertOf, type ListedAlert, markTold } from './alert.ts'
import { alertSettingOf } from './setting.ts'

/** An alert as it is shown and posted. */
export const alertBody = (alert: ListedAlert) => ({
  id: alert.id,
  kind: alert.kind,
  source: { id: alert.source_id, name: alert.source_name },
  openedAt: alert.opened_at.toISOString(),
  closedAt: alert.closed_at?.toISOString() ?? null,
  events: alert.subjects.map((subject) => ({ ...subject, fields: [...(subject.fields ?? [])] })),
})
export type AlertBody = ReturnType<typeof alertBody>

/** @throws Invalid for an address that is nobody's, so that none is kept. */
export const refuseNobodys = (url: string): void => {
  if (!isNobodys(hostOf(new URL(url)))) return
  throw new Invalid('alert_url', [{ field: 'url', message: 'is an address that is nobody’s', remedy: 'write where you listen' }])
}

/**
 * Posts an alert, signed: `usher-signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`. The id is the same when it is posted again.
 * @throws Unavailable when nobody answers, Refused when the answer is not 2xx.
 */
export const postAlert = async (url: string, secret: string, spaceId: string, alert: AlertBody, now: Date): Promise<void> => {
  refuseNobodys(url)
  const body = JSON.stringify({ type: 'alert', spaceId, alert })
  const at = Math.floor(now.getTime() / 1_000)
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'usher-signature': `t=${at},v1=${signature}`,
    'usher-alert-id': alert.id,
  }
  const { status } = await post(url, { headers, body, lookup: checkedLookup })
  if (status < 200 || status > 299) throw new Refused('alert_not_taken', `${new URL(url).host} answered ${status}`)
}

/** Tells an alert where the space wants to hear it. Told already, or nowhere to tell: a quiet success. @throws what `postAlert` throws, written down. */
export const tellAlert = async (db: Db, spaceId: string, id: string, now: Date): Promise<void> => {
  const alert = await alertOf(db, spaceId, id)
  const { url, secret } = await alertSettingOf(db, spaceId)
  if (alert.told === 'sent') return
  if (url === null) return markTold(db, spaceId, id, 'nobody', now)
  try {
    await postAlert(url, secret, spaceId, alertBody(alert), now)
  } catch (error) {
    await markTold(db, spaceId, id, 'waiting', now, error instanceof Error ? error.message : String(error))
    throw error
  }
  await markTold(db, spaceId, id, 'sent', now)
}
