import type { FastifyReply, FastifyRequest } from 'fastify'
import { type LinkTarget, readLinkToken } from '../../subscription/link.ts'
import { preferencesPage, unsubscribedPage, unsubscribePage, wrongLinkPage } from '../../subscription/page.ts'
import { groupOfLink, preferencesOf, savePreferences, unsubscribe } from '../../subscription/preference.ts'
import type { Door } from '../door.ts'
import type { Route } from './index.ts'

const show = (reply: FastifyReply, html: string, status = 200): FastifyReply =>
  reply
    .status(status)
    .headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    })
    .type('text/html; charset=utf-8')
    .send(html)

const ONE_CLICK = /List-Unsubscribe(=|"\s*)One-Click/i
const SAID = {
  saved: 'Your preferences are saved.',
  'consent-missing': 'Nothing is saved yet: tick the box that says you want messages again, and update once more.',
  locked: 'This number was opted out by the text STOP. Text START to our number to get messages again.',
} as const

type Page = (door: Door, target: LinkTarget, token: string, body: string, reply: FastifyReply) => Promise<FastifyReply>

const askToUnsubscribe: Page = async ({ db }, target, token, _body, reply) => {
  const group = await groupOfLink(db, target)
  return show(reply, unsubscribePage(token, await preferencesOf(db, target), group?.name))
}

const doUnsubscribe: Page = async ({ db, now }, target, token, body, reply) => {
  const group = await groupOfLink(db, target)
  await unsubscribe(db, target, { from: 'link', origin: ONE_CLICK.test(body) ? 'one-click' : 'link', now: now() })
  return show(reply, unsubscribedPage(token, await preferencesOf(db, target), group?.name))
}

const showPreferences: Page = async ({ db }, target, token, _body, reply) =>
  show(reply, preferencesPage(token, await preferencesOf(db, target)))

const changePreferences: Page = async ({ db, now }, target, token, body, reply) => {
  const form = new URLSearchParams(body)
  if (form.get('action') === 'unsubscribe_all') {
    await unsubscribe(db, target, { from: 'all', origin: 'preferences', now: now() })
    return show(reply, preferencesPage(token, await preferencesOf(db, target), 'You are unsubscribed.'))
  }
  const choices = {
    ticked: new Set(form.getAll('group')),
    shown: new Set(form.getAll('shown')),
    again: form.get('again') === 'yes',
  }
  const outcome = await savePreferences(db, target, choices, now())
  return show(reply, preferencesPage(token, await preferencesOf(db, target), SAID[outcome]), outcome === 'saved' ? 200 : 422)
}

/**
 * The public pages behind a message's links: `GET /unsubscribe/<token>` asks, `POST` unsubscribes at once, also as one click by a mail
 * program (RFC 8058: no cookie, no confirmation); `/preferences/<token>` shows and saves choices. GET never changes anything.
 */
export const preferenceRoutes: Route = (app, door) => {
  // RFC 8058 lets a mail program send a form in either encoding; what else it sends does not matter, the token says all.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 64 * 1024 }, (_request, body, done) => done(null, body))

  // A wildcard, because a named parameter ends at 100 characters and a token is longer.
  const answer = (page: Page) => async (request: FastifyRequest, reply: FastifyReply) => {
    const token = (request.params as { '*'?: string })['*'] ?? ''
    const target = readLinkToken(door.config.secret, token)
    if (!target) return show(reply, wrongLinkPage(), 404)
    return page(door, target, token, typeof request.body === 'string' ? request.body : '', reply)
  }
  const schema = { hide: true }
  app.get('/unsubscribe/*', { schema }, answer(askToUnsubscribe))
  app.post('/unsubscribe/*', { schema }, answer(doUnsubscribe))
  app.get('/preferences/*', { schema }, answer(showPreferences))
  app.post('/preferences/*', { schema }, answer(changePreferences))
}
