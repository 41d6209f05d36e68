import { Invalid, type Problem } from '../base/errors.ts'
import { unreachable } from '../base/must.ts'
import { lint } from './lint.ts'
import { liquidProblem, parseLiquid, variablesOf } from './liquid.ts'
import { compileMarkup } from './markup.ts'
import type { EmailSource, TemplateContent } from './source.ts'

/** What a send renders: every text is Liquid that parses. Kept with its version, so its shape must stay readable. */
export type Compiled = {
  /** Full names of the variables used, sorted: `profile.traits.first_name`. */
  readonly variables: readonly string[]
  /** What a person should know and may leave as it is. */
  readonly warnings: readonly Problem[]
} & (
  | {
      readonly channel: 'email'
      readonly subject: string
      readonly html: string
      readonly text: string
      readonly from?: string
      readonly replyTo?: string
    }
  | { readonly channel: 'sms'; readonly body: string }
  | { readonly channel: 'push'; readonly title: string; readonly body: string; readonly link?: string; readonly image?: string }
)

type Texts = Readonly<Record<string, string | undefined>>

const liquidProblems = (texts: Texts): readonly Problem[] =>
  Object.entries(texts).flatMap(([field, text]) => (text === undefined ? [] : (liquidProblem(field, text) ?? [])))

const refuse = (problems: readonly Problem[]): void => {
  if (problems.length === 0) return
  throw new Invalid(
    'invalid_template',
    problems.map((p) => ({ ...p, field: `source.${p.field}` })),
  )
}

const variablesIn = (texts: Texts): readonly string[] => {
  const all = Object.values(texts).flatMap((text) => (text === undefined ? [] : variablesOf(parseLiquid('text', text))))
  return [...new Set(all)].toSorted()
}

const compileEmail = async (source: EmailSource): Promise<Compiled> => {
  const { subject, mjml, preheader, from, reply_to } = source
  const { markup, problems, warnings } = await compileMarkup(mjml, preheader)
  const problemsOfLiquid = liquidProblems({ ...source })
  refuse([...problemsOfLiquid, ...problems])
  // The HTML is parsed too: what MJML moved around must still be in order.
  const html = markup?.html ?? ''
  refuse(liquidProblems({ mjml: html, text: markup?.text }))
  const variables = variablesIn({ subject, html, from, reply_to })
  return {
    channel: 'email',
    subject,
    html,
    text: markup?.text ?? '',
    ...(from ? { from } : {}),
    ...(reply_to ? { replyTo: reply_to } : {}),
    variables,
    warnings: [...warnings, ...lint({ channel: 'email', source }, variables)],
  }
}

/**
 * Compiles what a person wrote into what a send renders: MJML to HTML and text, Liquid checked, variables listed, advice given.
 * @throws Invalid naming every field, line and remedy.
 */
export const compileTemplate = async (content: TemplateContent): Promise<Compiled> => {
  switch (content.channel) {
    case 'email':
      return compileEmail(content.source)
    case 'sms': {
      refuse(liquidProblems(content.source))
      const variables = variablesIn(content.source)
      return { channel: 'sms', body: content.source.body, variables, warnings: lint(content, variables) }
    }
    case 'push': {
      refuse(liquidProblems(content.source))
      const { title, body, link, image } = content.source
      const variables = variablesIn(content.source)
      const extras = { ...(link ? { link } : {}), ...(image ? { image } : {}) }
      return { channel: 'push', title, body, ...extras, variables, warnings: lint(content, variables) }
    }
    default:
      return unreachable(content)
  }
}
