/** The second line of our comment on a stranger's pull request. Text of strangers comes only below it. */
export const checkedMark = (head: string, base: string, outcome: 'shown' | 'refused'): string =>
  `\n<!-- herdbook-checked ${head} on ${base}: ${outcome} -->`

/** Whether a comment of ours has the result for this commit on that base already. */
export const isChecked = (body: string, marker: string, head: string, base: string): boolean =>
  (['shown', 'refused'] as const).some((outcome) => body.startsWith(`${marker}${checkedMark(head, base, outcome)}\n`))

/** Whether a comment of ours shows the differences of this commit, on any base. */
export const showsFilesOf = (body: string, marker: string, head: string): boolean =>
  body.startsWith(`${marker}\n<!-- herdbook-checked ${head} on `) && /^[^\n]*\n[^\n]*: shown -->\n/.test(body)
