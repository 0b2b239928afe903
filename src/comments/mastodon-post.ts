import { displayDomain } from '../instance/domains.ts'
import type { Fields } from '../instance/values.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

/** The longest post that Mastodon accepts. */
const LIMIT = 500
const COMMENT = 160

/** A post that tells members what was done; null if they notice none of it. */
export function renderDone(steps: readonly Step[], domain: string): string | null {
  const lines = steps.flatMap((step) => {
    const change = changeOf(step)
    return change === null ? [] : [`• ${change}${reasonOf(step.target)}`]
  })
  return lines.length === 0 ? null : fitted(`Moderation of other servers by ${domain}:`, lines)
}

/** A post, and the steps that it names. */
export interface NoticePost {
  readonly text: string
  readonly steps: readonly Step[]
}

/** More posts of one run would flood the timelines of members. */
export const MOST_POSTS = 5

/** Posts that announce suspensions by name. A step in no post is not announced. `from` is a day: 2026-12-24. */
export function renderNotices(steps: readonly Step[], domain: string, from: string): readonly NoticePost[] {
  const text = (lines: readonly string[]): string =>
    [
      `From ${from} on (UTC), ${domain} suspends:`,
      lines.join('\n'),
      'This ends all follows between people there and here, forever.',
    ].join('\n\n')
  const room = LIMIT - text([]).length
  const posts: { lines: string[]; steps: Step[] }[] = []
  for (const step of steps) {
    const line = clip(`• ${nameOf(step.id, step.target)}${reasonOf(step.target)}`, room)
    const last = posts.at(-1)
    if (last && text([...last.lines, line]).length <= LIMIT) {
      last.lines.push(line)
      last.steps.push(step)
    } else posts.push({ lines: [line], steps: [step] })
  }
  return posts.slice(0, MOST_POSTS).map((one) => ({ text: text(one.lines), steps: one.steps }))
}

/** As many lines as fit; the rest is counted. */
function fitted(head: string, lines: readonly string[]): string {
  const text = (count: number): string => {
    const more = count < lines.length ? [`… and ${lines.length - count} more`] : []
    return [head, [...lines.slice(0, count), ...more].join('\n')].join('\n\n')
  }
  let count = lines.length
  while (count > 0 && text(count).length > LIMIT) count -= 1
  return text(count)
}

type Treatment = 'suspended' | 'limited' | 'without media' | null

/** How another server is treated, as members see it; null if they notice nothing. */
function treatmentIn(fields: Fields): Treatment {
  if (fields['severity'] === 'suspend') return 'suspended'
  if (fields['severity'] === 'silence') return 'limited'
  return fields['reject_media'] === true ? 'without media' : null
}

function changeOf(step: Step): string | null {
  const [before, after] = [treatmentIn(step.seen), treatmentIn(step.target)]
  if (before === after) return null
  const name = nameOf(step.id, step.action === 'delete' ? step.seen : step.target)
  const now = after ?? before
  const again = after === null ? ' no longer' : ''
  return now === 'without media' ? `${name} is${again} shown without pictures and videos` : `${name} is${again} ${now}`
}

/** The name as the server's own public list shows it: one that is obfuscated there is never shown in clear. */
const nameOf = (domain: string, fields: Fields): string =>
  quiet(fields['obfuscate'] === true ? obfuscated(domain) : displayDomain(domain))

/** As Mastodon does: the first and the last quarter and the dots stay. */
function obfuscated(domain: string): string {
  const quarter = Math.floor(domain.length / 4)
  return Array.from(domain, (char, index) =>
    index > quarter && index < domain.length - quarter && char !== '.' ? '*' : char,
  ).join('')
}

function reasonOf({ public_comment: comment }: Fields): string {
  return typeof comment === 'string' && comment.trim() !== ''
    ? `: ${clip(quiet(comment.replaceAll(/\s+/g, ' ').trim()), COMMENT)}`
    : ''
}

/** Text in which Mastodon finds no mention, hashtag, link or shortcode. */
const quiet = (text: string): string => inline(text).replaceAll(/[@#＠＃]|:(?=\S)/gu, (mark) => `${mark}\u2060`)
