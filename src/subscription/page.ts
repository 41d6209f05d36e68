import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { maskAddress } from './address.ts'
import type { Preferences } from './preference.ts'

/*
 * The pages behind the links in messages. Plain HTML that works without JavaScript, for whoever holds the link; addresses are masked,
 * because a message may have been forwarded.
 */

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign)

const NOUN: Readonly<Record<SubscriptionChannel, string>> = {
  email: 'emails',
  sms: 'text messages',
  whatsapp: 'WhatsApp messages',
  ios_push: 'notifications on this device',
  android_push: 'notifications on this device',
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6475; --paper: #fff; --ground: #f4f5f8; --line: #dfe3ea; --accent: #2f5bd7; --on: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff5; --soft: #aab3c5; --paper: #1b202b; --ground: #12151c; --line: #333b4b; --accent: #8fb0ff; --on: #10131a } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
main { width: 100%; max-width: 32rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; padding: 2rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem } p { margin: 0 0 1.25rem } .soft { color: var(--soft) } hr { border: 0; border-top: 1px solid var(--line); margin: 1.75rem 0 }
fieldset { border: 0; padding: 0; margin: 0 0 1.5rem } legend { font-weight: 600; padding: 0; margin-bottom: .5rem }
label { display: flex; gap: .75rem; align-items: flex-start; padding: .75rem 0; border-top: 1px solid var(--line); cursor: pointer } input { width: 1.25rem; height: 1.25rem; margin-top: .15rem; accent-color: var(--accent); flex: none }
small { display: block; color: var(--soft) }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; border-radius: .6rem; border: 1px solid var(--accent); background: var(--accent); color: var(--on); cursor: pointer }
button.quiet { background: transparent; color: var(--accent) } a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.notice { border-left: 4px solid var(--accent); padding: .5rem 1rem; background: var(--ground); border-radius: .25rem }`

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`

const notice = (text: string | undefined): string => (text ? `<p class="notice" role="status">${escapeHtml(text)}</p>\n` : '')
const from = ({ channel }: Pick<Preferences, 'channel'>, group?: string): string =>
  group ? `“${group}” ${NOUN[channel]}` : `all ${NOUN[channel]}`
const manage = (token: string): string =>
  `<p class="soft">Or <a href="/preferences/${escapeHtml(token)}">choose what you get</a>.</p>`

/** Asks whether to unsubscribe: opening it changes nothing, because mail scanners open every link. */
export const unsubscribePage = (token: string, preferences: Preferences, group: string | undefined): string =>
  page(
    'Unsubscribe',
    `<h1>Unsubscribe from ${escapeHtml(from(preferences, group))}?</h1>
<p>For <strong>${escapeHtml(maskAddress(preferences.address))}</strong>. It takes effect at once.</p>
<form method="post" action="/unsubscribe/${escapeHtml(token)}"><button type="submit">Unsubscribe</button></form>
<hr>
${manage(token)}`,
  )

/** Says that it is done, and where to choose otherwise. */
export const unsubscribedPage = (token: string, preferences: Preferences, group: string | undefined): string =>
  page(
    'You are unsubscribed',
    `<h1>You are unsubscribed</h1>
<p role="status"><strong>${escapeHtml(maskAddress(preferences.address))}</strong> gets no more ${escapeHtml(
      group ? from(preferences, group) : NOUN[preferences.channel],
    )}.</p>
<hr>
${manage(token)}`,
  )

const checkbox = (name: string, value: string, checked: boolean, label: string, description: string): string =>
  `<label><input type="checkbox" name="${name}" value="${escapeHtml(value)}"${checked ? ' checked' : ''}><span>${escapeHtml(label)}${
    description ? `<small>${escapeHtml(description)}</small>` : ''
  }</span></label>`

const groupChoices = ({ groups }: Preferences): string => {
  if (groups.length === 0) return ''
  const boxes = groups.map((g) => checkbox('group', g.id, g.status === 'subscribed', g.name, g.description))
  const shown = groups.filter((g) => g.status === 'subscribed').map((g) => `<input type="hidden" name="shown" value="${g.id}">`)
  return `<fieldset><legend>What would you like to get?</legend>\n${[...boxes, ...shown].join('\n')}\n</fieldset>`
}

const again = ({ channel, state }: Preferences): string => {
  if (state?.status === 'subscribed') return ''
  return `<fieldset>${checkbox('again', 'yes', false, `Yes, send me ${NOUN[channel]} again`, 'You are not subscribed now; nothing is sent until you say so.')}</fieldset>`
}

const update = (token: string, preferences: Preferences): string => {
  const choices = [groupChoices(preferences), again(preferences)].filter((part) => part !== '')
  if (choices.length === 0) return ''
  return `<form method="post" action="/preferences/${escapeHtml(token)}">\n${choices.join('\n')}
<button type="submit" name="action" value="save">Update preferences</button>\n</form>`
}

const leave = (token: string, preferences: Preferences): string => {
  if (preferences.state?.status === 'unsubscribed') return `<p class="soft">You are unsubscribed from ${from(preferences)}.</p>`
  return `<form method="post" action="/preferences/${escapeHtml(token)}">
<button class="quiet" type="submit" name="action" value="unsubscribe_all">Unsubscribe from ${from(preferences)}</button>\n</form>`
}

/** The preference centre: each group with a toggle, and apart from them the way out of everything (spec/messaging §3.5). */
export const preferencesPage = (token: string, preferences: Preferences, said?: string): string =>
  page(
    'Your preferences',
    `<h1>Your preferences</h1>
${notice(said)}<p>Choose what <strong>${escapeHtml(maskAddress(preferences.address))}</strong> gets from us.</p>
${update(token, preferences)}
<hr>
${leave(token, preferences)}`,
  )

/** For a link that we did not sign. */
export const wrongLinkPage = (): string =>
  page(
    'This link does not work',
    `<h1>This link does not work</h1>
<p>It is not complete, or it was changed on its way. Nothing was changed. Please open the link in the message again, and copy all of it.</p>`,
  )
