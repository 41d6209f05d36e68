import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { readTemplateFiles } from '../../src/dev/sample/template-files.ts'
import { compileTemplate } from '../../src/template/compile.ts'
import { renderMessage } from '../../src/template/render.ts'
import { NewTemplateContent } from '../../src/template/source.ts'

const links = { unsubscribe_url: 'https://u.example/u', preferences_url: 'https://u.example/p' }
const people: readonly JsonObject[] = [
  { profile: { traits: {} } },
  { profile: { traits: { first_name: 'Ada' } }, event: { properties: { quantity: 2 } } },
]

it.each(readTemplateFiles())(
  'the template that a new space is given compiles without advice and renders: $key',
  async ({ channel, source }) => {
    const compiled = await compileTemplate(NewTemplateContent.parse({ channel, source }))
    expect(compiled.warnings).toEqual([])
    for (const person of people) {
      const rendered = JSON.stringify(renderMessage(compiled, { ...person, ...links }))
      expect(rendered).not.toMatch(/\{\{|\{%|usherliquid|undefined/)
    }
  },
)
