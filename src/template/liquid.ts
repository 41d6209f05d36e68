import { Liquid, type Template } from 'liquidjs'
import type { Problem } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'

/*
 * Templates are written by customers and run on our machines: nothing on disk, no prototypes, no unknown filters, and an end to every
 * loop. The time limit is far above any honest template (0.1 ms), because a busy machine must not fail one.
 */
const LIMITS = { parseLimit: 2_000_000, renderLimit: 1_000, memoryLimit: 10_000_000 }

const engine = (options: { readonly escape: boolean }): Liquid => {
  const made = new Liquid({
    ...LIMITS,
    ownPropertyOnly: true,
    strictFilters: true,
    templates: {},
    ...(options.escape ? { outputEscape: 'escape' } : {}),
  })
  // These read other files.
  for (const tag of ['include', 'render', 'layout', 'block']) delete made.tags[tag]
  return made
}

/** In HTML whatever is printed is escaped, unless it says `| raw`; in subjects and texts it is printed as it is. */
export type Flavour = 'html' | 'text'
const ENGINES: Readonly<Record<Flavour, Liquid>> = { html: engine({ escape: true }), text: engine({ escape: false }) }

export type Parsed = readonly Template[]

/** Parses Liquid. @throws what `liquidProblem` explains. */
export const parseLiquid = (flavour: Flavour, text: string): Parsed => ENGINES[flavour].parse(text)

/** Renders what was parsed. @throws when a limit is reached or a value does not fit its filter. */
export const renderLiquid = (flavour: Flavour, parsed: Parsed, variables: JsonObject): string =>
  String(ENGINES[flavour].renderSync(parsed as Template[], variables))

/** The variables that a text uses, in full: `profile.traits.plan`. Loop variables and assigned ones are not among them. */
export const variablesOf = (parsed: Parsed): readonly string[] => ENGINES.text.globalFullVariablesSync(parsed as Template[])

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/undefined filter: (.+)/, 'use one of the filters of Liquid, for example "default", "date" or "capitalize"'],
  [/tag "(include|render|layout|block)" not found/, 'write the text into the template: templates do not include one another'],
  [/tag "elseif" not found/, 'write "elsif"'],
  [/tag "(.+)" not found/, 'use one of the tags of Liquid, for example "if", "for" or "case"'],
  [/tag (.+) not closed/, 'close the tag, for example {% if … %} with {% endif %}'],
  [/output (.+) not closed/, 'close it with }}'],
]

/** What is wrong with a text's Liquid, with its line and a remedy; undefined when nothing is. */
export const liquidProblem = (field: string, text: string): Problem | undefined => {
  try {
    parseLiquid('text', text)
    return undefined
  } catch (error) {
    const said = (error as Error).message.split('\n')[0] ?? 'cannot be read'
    const line = /, line:(\d+)/.exec(said)?.[1]
    const message = said.replace(/, line:\d+(, col:\d+)?/, '')
    const remedy = REMEDIES.find(([pattern]) => pattern.test(message))?.[1] ?? 'correct the Liquid here'
    return { field, message: line ? `line ${line}: ${message}` : message, remedy }
  }
}

const LIQUID = /\{%-?\s*raw\s*-?%\}[\s\S]*?\{%-?\s*endraw\s*-?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g
const PLACEHOLDER = /usherliquid(\d+)q/g

export type Piece = { readonly text: string; readonly line: number }

/** A text whose Liquid is out of the way of tools that know nothing of it: each piece is one harmless word until `restore`. */
export type Protected = { readonly text: string; readonly pieces: readonly Piece[] }

export const protect = (text: string): Protected => {
  const pieces: Piece[] = []
  const without = text.replaceAll(LIQUID, (piece, offset: number) => {
    pieces.push({ text: piece, line: text.slice(0, offset).split('\n').length })
    return `usherliquid${pieces.length - 1}q`
  })
  return { text: without, pieces }
}

export const restore = (text: string, pieces: readonly Piece[]): string =>
  text.replaceAll(PLACEHOLDER, (word, index: string) => pieces[Number(index)]?.text ?? word)

/** Pieces that a tool dropped. */
export const lost = (text: string, pieces: readonly Piece[]): readonly Piece[] => {
  const kept = new Set([...text.matchAll(PLACEHOLDER)].map(([, index]) => Number(index)))
  return pieces.filter((_, index) => !kept.has(index))
}
