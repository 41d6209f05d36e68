import { compile } from 'html-to-text'
import type { Problem } from '../base/errors.ts'
import { lost, protect, restore } from './liquid.ts'

/** HTML and text part of an e-mail, both still Liquid. */
export type Markup = { readonly html: string; readonly text: string }
export type MarkupResult = {
  readonly markup?: Markup
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

// Headings stay as written: in capitals their Liquid would name other variables.
const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
const toText = compile({
  wordwrap: false,
  selectors: [
    ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'img', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
  ],
})

const problem = (message: string, remedy: string): Problem => ({ field: 'mjml', message, remedy })
const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

type Open = { readonly name: string; readonly line: number }

// MJML's own parser closes what was left open, wherever, and says nothing.
const unbalanced = (text: string): Problem | undefined => {
  const open: Open[] = []
  const bare = text.replaceAll(/<!--[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
  for (const tag of bare.matchAll(/<(\/?)(mjml|mj-[a-z-]+)\b([^>]*)>/g)) {
    const [, slash, name = '', rest = ''] = tag
    const line = lineOf(bare, tag.index)
    if (slash) {
      const last = open.pop()
      if (last?.name !== name)
        return last
          ? problem(`line ${last.line}: <${last.name}> is not closed before </${name}> in line ${line}`, `write </${last.name}>`)
          : problem(`line ${line}: </${name}> closes nothing`, 'take it away')
    } else if (!rest.endsWith('/')) open.push({ name, line })
  }
  const last = open.pop()
  return last && problem(`line ${last.line}: <${last.name}> is not closed`, `write </${last.name}>`)
}

const refused = (text: string): Problem | undefined => {
  const include = /<mj-include\b/.exec(text)
  if (include)
    return problem(
      `line ${lineOf(text, include.index)}: mj-include reads files, which templates may not`,
      'write its content here',
    )
  if (!/<mjml[\s>]/.test(text)) return problem('is not MJML', 'begin with <mjml><mj-body> and end with </mj-body></mjml>')
  return unbalanced(text)
}

type Said = { readonly line: number; readonly message: string; readonly tagName: string }
// An attribute that is Liquid cannot be judged before it is rendered.
const ofMjml = (errors: readonly Said[]): readonly Problem[] =>
  errors
    .filter(({ message }) => !message.includes('usherliquid'))
    .map(({ line, message, tagName }) =>
      problem(`line ${line}: <${tagName}>: ${message.trim()}`, 'correct it as the MJML documentation says for this tag'),
    )

const dropped = (html: string, pieces: ReturnType<typeof protect>['pieces']): { problems: Problem[]; warnings: Problem[] } => {
  const gone = lost(html, pieces).map((piece) => ({
    tag: piece.text.startsWith('{%'),
    said: problem(
      `line ${piece.line}: ${piece.text} gets lost between the tags of MJML`,
      'put it into <mj-raw>…</mj-raw> or into a text',
    ),
  }))
  return { problems: gone.filter((g) => g.tag).map((g) => g.said), warnings: gone.filter((g) => !g.tag).map((g) => g.said) }
}

// Segment's names for the links of a message (spec/messaging §6.3), so that templates that were written for it work here.
const ownLinks = (text: string): string =>
  text.replaceAll('[upa_unsubscribe_link]', '{{ unsubscribe_url }}').replaceAll('[upa_preferences_link]', '{{ preferences_url }}')

const FILLER = '&#847;&zwnj;&nbsp;'.repeat(60)
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escapeText = (text: string): string => text.replaceAll(/[&<>]/g, (sign) => escapes[sign] ?? sign)

// Hidden, before everything else, and padded so that mail programs show nothing of the body after it (spec/messaging §6.5, step 6).
const withPreheader = (html: string, preheader: string | undefined): string => {
  if (!preheader) return html
  const { text, pieces } = protect(preheader)
  const hidden = `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${restore(escapeText(text), pieces)}${FILLER}</div>`
  return html.replace(/<body[^>]*>/, (body) => `${body}${hidden}`)
}

/**
 * Compiles MJML to HTML and derives the text part, once for a version: a send only fills in Liquid. Liquid passes through untouched,
 * wherever it stands. Problems name the line; `markup` is absent when there are any.
 */
export const compileMarkup = async (mjml: string, preheader: string | undefined): Promise<MarkupResult> => {
  const { text, pieces } = protect(ownLinks(mjml))
  const bad = refused(text)
  if (bad) return { problems: [bad], warnings: [] }
  try {
    // Loaded when a template is saved: it takes 70 MB, and a process that only sends never needs it.
    const { default: mjml2html } = await import('mjml')
    const { html, errors } = await mjml2html(text, {
      validationLevel: 'soft',
      fonts: {},
      keepComments: true,
      ignoreIncludes: true,
    })
    const { problems, warnings } = dropped(html, pieces)
    const all = [...ofMjml(errors as readonly Said[]), ...problems]
    if (all.length > 0) return { problems: all, warnings }
    const markup = { html: withPreheader(restore(html, pieces), preheader), text: restore(toText(html), pieces) }
    return { markup, problems: [], warnings }
  } catch (error) {
    return { problems: [problem((error as Error).message, 'check that every tag is closed')], warnings: [] }
  }
}
