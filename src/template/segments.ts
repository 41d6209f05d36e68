/** A text message's longest body, in characters after rendering (spec/messaging §5.5). */
export const SMS_LIMIT = 1_600

const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const EXTENSION = new Set('^{}\\[~]|€\f')

export type Segments = { readonly encoding: 'GSM-7' | 'UCS-2'; readonly segments: number; readonly units: number }

const septets = (sign: string): number | undefined => (BASIC.has(sign) ? 1 : EXTENSION.has(sign) ? 2 : undefined)

// A sign of two units is never cut in half: it begins the next part, and the part before stays one short.
const parts = (costs: readonly number[], single: number, part: number): number => {
  const units = costs.reduce((sum, cost) => sum + cost, 0)
  if (units <= single) return 1
  let count = 1
  let used = 0
  for (const cost of costs) {
    if (used + cost > part) {
      count += 1
      used = 0
    }
    used += cost
  }
  return count
}

/** How many segments a text costs, and why: one sign outside of GSM-7 makes all of it UCS-2 (spec/messaging §7.2). */
export const countSegments = (text: string): Segments => {
  const signs = [...text]
  const costs = signs.map(septets)
  const gsm = costs.every((cost) => cost !== undefined)
  const paid = gsm ? costs.map((cost) => cost ?? 0) : signs.map((sign) => sign.length)
  const units = paid.reduce((sum, cost) => sum + cost, 0)
  return gsm
    ? { encoding: 'GSM-7', segments: parts(paid, 160, 153), units }
    : { encoding: 'UCS-2', segments: parts(paid, 70, 67), units }
}
