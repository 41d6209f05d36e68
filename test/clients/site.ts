import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { min } from '@segment/snippet'

// The package names no such path among its exports: its scripts are for pages.
const UMD = join(dirname(fileURLToPath(import.meta.resolve('@segment/analytics-next'))), '..', 'umd')

/** What a page does with the SDK: `cdn` is where the SDK asks for its settings, `calls` what it is told, as code. */
export type Use = { readonly writeKey: string; readonly cdn: string; readonly options: object; readonly calls: string }

// Segment's own text for pages, minified, in which nothing but the host is another. It knows hosts of https alone.
const snippet = ({ writeKey, cdn, options, calls }: Use): string => {
  const { host, origin } = new URL(cdn)
  const load = Object.keys(options).length > 0 ? options : true
  return `<script>${min({ host, apiKey: writeKey, load, page: false }).replace(`https://${host}`, origin)}</script><script>${calls}</script>`
}

const started = ({ writeKey, cdn, options, calls }: Use, settings: string): string => `<script src="/index.js"></script><script>
  const analytics = (window.analytics = AnalyticsNext.AnalyticsBrowser.load(
    { writeKey: ${JSON.stringify(writeKey)}, cdnURL: ${JSON.stringify(cdn)}${settings} }, ${JSON.stringify(options)}));
  ${calls}
</script>`

const module = (use: Use): string => started(use, '')

// A tool in the page, as a site brings one of its own; what it gets is in `told`. Only for pages that have one the SDK asks the plan.
const tool = (use: Use): string => `<script>
  window.told = [];
  window.Tool = function () {};
  Tool.prototype = {
    name: 'Tool',
    heard: {},
    on(event, run) { this.heard[event] = run },
    once(event, run) { this.heard[event] = run },
    initialize() { this.heard.initialize?.(); this.heard.ready?.() },
    invoke(type, call) { told.push(call.event()) },
  };
</script>${started({ ...use, options: { ...use.options, integrations: { Tool: {} } } }, ', classicIntegrations: [Tool]')}`

/** How a page takes the SDK in: by Segment's snippet, as a script from npm that it starts itself, or so with a tool of its own. */
export const LOADERS = { snippet, module, tool } as const

/** A part of the SDK that its script loads when it needs it. */
export const partOf = (url: string): string => join(UMD, basename(new URL(url).pathname))

const script = (answer: ServerResponse, name: string): boolean => {
  answer.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(join(UMD, name)))
  return true
}

/** What browsers ask somebody's site for: its page, and the SDK as npm has it. Answers whether it was that. */
export const serveSite =
  (page: () => string) =>
  ({ url = '/' }: IncomingMessage, answer: ServerResponse): boolean => {
    const { pathname } = new URL(url, 'http://site')
    if (/^\/[\w.-]+\.js$/.test(pathname)) return script(answer, basename(pathname))
    if (pathname !== '/') return false
    answer.writeHead(200, { 'content-type': 'text/html' })
    answer.end(`<!doctype html><meta charset="utf-8"><title>A shop</title><link rel="icon" href="data:,"><body>${page()}`)
    return true
  }

/** A site of its own, at an origin that is not Usher's. */
export const openSite = async (page: () => string): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const serve = serveSite(page)
  const server = createServer((asked, answer) => {
    if (!serve(asked, answer)) answer.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
