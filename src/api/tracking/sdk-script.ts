import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

/** A script as it is sent, and by what a browser knows that it has it already. */
export type Script = { readonly plain: Buffer; readonly gzip: Buffer; readonly etag: string }

const folder = (): URL => new URL('./', import.meta.resolve('@segment/analytics-next/dist/umd/standalone.js'))
const PART = /^[\w-]+\.bundle\.[0-9a-f]+\.js$/

// The SDK finds its settings and its parts by the address that it came from only where that is of https and no other tag looks like it. The tag
// that loads it knows better; what the page itself says stays.
const WHERE = `!function(){var s=document.currentScript,u=s&&/^(.*)\\/analytics\\.js\\/v1\\/([^/]+)\\//.exec(s.src),\
a=s&&window[s.getAttribute("data-global-segment-analytics-key")||"analytics"];\
if(u&&a){a._cdn=a._cdn||u[1];a._writeKey=a._writeKey||decodeURIComponent(u[2])}}();
`

const scriptOf = (plain: Buffer): Script => ({
  plain,
  gzip: gzipSync(plain),
  // Weak: it is the same script, packed or not.
  etag: `W/"${createHash('sha256').update(plain).digest('base64url')}"`,
})

const kept = new Map<string, Script>()
const keep = (name: string, make: () => Buffer): Script => {
  const known = kept.get(name)
  if (known) return known
  const script = scriptOf(make())
  kept.set(name, script)
  return script
}

/** What a page's snippet loads: Segment's SDK for browsers, which knows where it came from. */
export const sdkScript = (): Script =>
  keep('standalone.js', () => Buffer.concat([Buffer.from(WHERE), readFileSync(new URL('standalone.js', folder()))]))

/** A part that the SDK loads when it needs it, or undefined. */
export const sdkPart = (name: string): Script | undefined => {
  if (!PART.test(name)) return undefined
  const known = kept.has(name) || readdirSync(folder()).includes(name)
  return known ? keep(name, () => readFileSync(new URL(name, folder()))) : undefined
}
