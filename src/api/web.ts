import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import serveFiles from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SOURCES = join(ROOT, 'src/web')
const BUILT = join(ROOT, 'node_modules/.cache/usher-web')

const newest = async (folder: string): Promise<number> => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const times = files.filter((f) => f.isFile()).map(async (f) => (await stat(join(f.parentPath, f.name))).mtimeMs)
  return Math.max(0, ...(await Promise.all(times)))
}

// Built beside and moved into place, so that two starts side by side never serve half of one.
const place = async (fresh: string): Promise<void> => {
  const old = `${BUILT}.old-${process.pid}`
  if (existsSync(BUILT)) await rename(BUILT, old).catch(() => {})
  await rename(fresh, BUILT).catch(() => rm(fresh, { recursive: true, force: true }))
  await rm(old, { recursive: true, force: true })
}

/** Builds the app when its sources are newer than what is built (about 3 s); answers whether it had to. */
export const buildWeb = async (): Promise<boolean> => {
  const sources = String(await newest(SOURCES))
  const stamp = join(BUILT, 'sources')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === sources) return false
  const { build } = await import('vite')
  const fresh = `${BUILT}.new-${process.pid}`
  await mkdir(fresh, { recursive: true })
  await build({
    configFile: join(SOURCES, 'vite.config.ts'),
    root: SOURCES,
    logLevel: 'warn',
    mode: 'production',
    build: { outDir: fresh, emptyOutDir: true },
  })
  await writeFile(join(fresh, 'sources'), sources)
  await place(fresh)
  return true
}

const UNBUILT = `<!doctype html><meta charset="utf-8"><title>Usher</title><body style="font:16px/1.6 system-ui;max-width:34em;margin:15vh auto;padding:0 1em">
<h1>The app is not built yet</h1><p>The API on this address works. <code>npm start</code> builds the app; so does <code>npx vite build src/web</code>.</p>
<p><a href="/reference">API reference</a></p>`

// The app runs only its own scripts; images may come from anywhere because the mails it shows have theirs elsewhere.
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'self'; img-src * data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; object-src 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

const API = /^\/(spaces|v1|cdn|analytics\.js|analytics-next|next-integrations|webhooks|openapi\.json|reference|assets)(\/|$|\?)/

const wantsPage = (request: FastifyRequest): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') &&
  !API.test(request.url) &&
  (request.headers.accept ?? '').includes('text/html')

const answerPage = async (reply: FastifyReply): Promise<FastifyReply> => {
  const page = await readFile(join(BUILT, 'index.html'), 'utf8').catch(() => UNBUILT)
  return reply.headers(PAGE_HEADERS).send(page)
}

/** Serves the app: its files under `/assets`, its page at every address that is not the API's, so that each screen's address can be opened. */
export const serveWeb = async (app: FastifyInstance): Promise<void> => {
  await mkdir(join(BUILT, 'assets'), { recursive: true })
  await app.register(serveFiles, {
    root: join(BUILT, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
  })
  app.setNotFoundHandler(async (request, reply) =>
    wantsPage(request)
      ? answerPage(reply)
      : reply.status(404).send({
          error: {
            code: 'not_found',
            message: `There is no ${request.method} ${request.url.split('?')[0]} here; /reference lists what there is.`,
          },
        }),
  )
}
