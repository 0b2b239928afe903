import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

/** As GitHub reads it, HTML of ours and of attackers included. */
export const html = (markdown: string): string =>
  micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  })

/**
 * What GitHub makes of it in a comment besides: line ends are line breaks, alerts are boxes, boxes stand for bullets,
 * diffs have colours.
 */
export function commentHtml(markdown: string): string {
  return html(markdown)
    .replace(/<p>[^]*?<\/p>/g, (paragraph) => paragraph.replace(/(?<!<br ?\/?>)\n/g, '<br>\n'))
    .replace(/<blockquote>\s*<p>\[!(\w+)\](?:<br>)?\s*(<\/p>)?([^]*?)<\/blockquote>/g, alert)
    .replace(/<ul>(?=\s*<li><input)/g, '<ul class="contains-task-list">')
    .replace(
      /<li><input type="checkbox"/g,
      '<li class="task-list-item"><input class="task-list-item-checkbox" type="checkbox"',
    )
    .replace(
      /(<code class="language-diff">)([^]*?)(?=<\/code>)/g,
      (_, open: string, lines: string) => open + lines.split('\n').map(diffLine).join('\n'),
    )
}

const ICONS: { readonly [look: string]: string } = {
  NOTE: '<circle cx="8" cy="8" r="7"/><path d="M8 7v5M8 4v.5"/>',
  IMPORTANT: '<path d="M1 2h14v9H8l-3 3v-3H1zM8 4v3M8 8.5v.5"/>',
  WARNING: '<path d="M8 1.5 15 14H1zM8 6v4M8 11.5v.5"/>',
  CAUTION: '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5zM8 4v5M8 11v.5"/>',
}

function alert(_: string, look: string, ended: string | undefined, rest: string): string {
  const title = look.charAt(0) + look.slice(1).toLowerCase()
  return (
    `<div class="markdown-alert markdown-alert-${look.toLowerCase()}"><p class="markdown-alert-title"><svg ` +
    'class="octicon mr-2" viewBox="0 0 16 16" width="16" height="16" style="fill:none" stroke="currentColor" ' +
    `stroke-width="1.5">${ICONS[look] ?? ''}</svg>${title}</p>${ended === undefined ? '<p>' : ''}${rest}</div>`
  )
}

const DIFF: { readonly [sign: string]: string } = { '+': 'pl-mi1', '-': 'pl-md', '@': 'pl-mdr' }

function diffLine(line: string): string {
  const look = DIFF[line.charAt(0)]
  return look === undefined ? line : `<span class="${look}">${line}</span>`
}

const css = readFileSync(createRequire(import.meta.url).resolve('github-markdown-css/github-markdown.css'), 'utf8')

const CHROME = `
  body.markdown-body { padding: 16px; font-size: 14px; }
  body.markdown-body > h1 { border: 0; font-size: 24px; font-weight: 500; margin: 0 0 16px; padding: 0; }
  h1 span { color: var(--fgColor-muted); font-weight: 300; }
  article { border: 1px solid var(--borderColor-default); border-radius: 6px; margin: 0 0 16px; }
  header { background: var(--bgColor-muted); border-bottom: 1px solid var(--borderColor-default);
    border-radius: 6px 6px 0 0; padding: 8px 16px; color: var(--fgColor-muted); }
  header b { color: var(--fgColor-default); font-weight: 600; }
  header i { font-style: normal; border: 1px solid var(--borderColor-default); border-radius: 2em; padding: 0 7px;
    font-size: 12px; }
  article .markdown-body { padding: 16px; font-size: 14px; }
`

export interface Post {
  readonly by: string
  readonly byBot?: boolean
  readonly body: string
}

/** A page of GitHub's, roughly: a title, and what people and programs wrote under it. */
export function githubPage(title: string, number: number, posts: readonly Post[]): string {
  const safe = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
  const shown = posts.map(
    ({ by, byBot, body }) =>
      `<article><header><b>${safe(by)}</b> ${byBot ? '<i>bot</i> ' : ''}commented</header><div ` +
      `class="markdown-body">${commentHtml(body)}</div></article>`,
  )
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title><style>${css}${CHROME}</style>
<body class="markdown-body"><h1>${safe(title)} <span>#${number}</span></h1>${shown.join('\n')}`
}
