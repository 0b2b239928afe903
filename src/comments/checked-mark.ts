/** The second line of our comment on a stranger's pull request: the commit whose files it is about, what they were compared with, and whether it shows their differences. What strangers write stands below it. */
export const checkedMark = (head: string, base: string, told: 'shown' | 'refused'): string =>
  `\n<!-- herdbook-checked ${head} on ${base}: ${told} -->`

/** Whether a comment of ours tells already what came of this commit on that base. */
export const isChecked = (body: string, marker: string, head: string, base: string): boolean =>
  (['shown', 'refused'] as const).some((told) => body.startsWith(`${marker}${checkedMark(head, base, told)}\n`))

/** Whether a comment of ours shows the differences of this very commit, against whatever the base was. */
export const showsFilesOf = (body: string, marker: string, head: string): boolean =>
  body.startsWith(`${marker}\n<!-- herdbook-checked ${head} on `) && /^[^\n]*\n[^\n]*: shown -->\n/.test(body)
