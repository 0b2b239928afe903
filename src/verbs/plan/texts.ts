export const HELP = {
  restore: "use the files' version of this object, not the server's; for several objects, repeat this option",
  takeOver: "use the files' version of objects that were already on the server, and different",
  base: 'with --head: the branch into which the proposed commit would be merged',
  head: 'with --base: the proposed commit; Herdbook reads its files from Git, and runs none of them',
  out: 'save the plan, for `herdbook apply FILE`',
  json: 'print the plan as JSON',
  markdown: 'print the plan as a comment for a pull request',
  verbose: 'list every change, however many, and what is left alone',
  after: `
Examples:
  herdbook plan
  herdbook plan --out plan.json && herdbook apply plan.json
  herdbook plan --restore domain-block/spam.example
  herdbook plan --base origin/main --head HEAD --markdown

The first shows what an apply would change. The second saves that plan and
applies exactly it. The third would also undo a change by hand. The fourth shows
what your branch would change if you merged it.`,
}

export const READING = 'Reading the live server'

export const baseAndHead = ({
  base,
  head,
}: {
  readonly base?: string | undefined
  readonly head?: string | undefined
}) => ({
  message: 'Give --base and --head together.',
  hint: `For example: herdbook plan --base ${base ?? 'BRANCH'} --head ${head ?? 'HEAD'}`,
})

export const NOT_TO_APPLY = {
  message: 'You cannot save the plan of a branch that is not merged yet.',
  hint: 'Merge the branch, then: herdbook plan --out plan.json',
}
