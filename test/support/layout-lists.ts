import fc from 'fast-check'

/** A comment, and the entry that it goes with. */
export interface Whose {
  readonly text: string
  readonly of: number | null
}

/** A comment tells by its text whose it is and how it stands to that. */
type Stance = 'behind' | 'above' | 'below' | 'other'
const said = (stance: Stance, of: number | null, word: string): string =>
  `# ${stance} ${of === null ? 'all' : `n${of}.`} ${word}`
/** What a comment says of itself. */
export const stanceOf = (comment: string): { readonly stance: Stance; readonly of: number | null } => {
  const [, stance = 'other', of] = /^# (behind|above|below) n(\d)\. /.exec(comment) ?? []
  return { stance: stance as Stance, of: of === undefined ? null : Number(of) }
}

/** A line before it has an end. */
export interface Draft {
  readonly text: string
  readonly of?: readonly number[]
  readonly comment?: Whose | undefined
}

const word = fc.stringMatching(/^[a-z]{1,6}$/)
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

const behind = (line: string, of: number | null, about: string | undefined, gap = ' '): Draft => {
  if (about === undefined) return { text: line, of: of === null ? [] : [of] }
  const text = said(of === null ? 'other' : 'behind', of, about)
  return { text: `${line}${gap}${text}`, of: of === null ? [] : [of], comment: { text, of } }
}
const alone = (pad: string, stance: Stance, of: number | null, about: string): Draft => {
  const text = said(stance, of, about)
  return { text: pad + text, of: of === null ? [] : [of], comment: { text, of } }
}

/** What is around an entry. */
const around = fc.record({
  blank: fc.boolean(),
  above: maybe(word),
  behind: maybe(word),
  below: maybe(word),
  gap: fc.constantFrom(' ', '   ', '\t'),
})
type Around = typeof around extends fc.Arbitrary<infer T> ? T : never

/**
 * Comments above an entry are its own or a heading, as the rules have it that people go by: what follows closely on a
 * blank line heads a group.
 */
function isHeading(all: readonly Around[], at: number): boolean {
  const [own, next] = [all[at], all[at + 1]]
  const blank = own?.blank === true
  const closely = next !== undefined && !next.blank && next.above === undefined && own?.below === undefined
  return (at === 0 && !blank) || (blank && closely)
}

/** Comments in an entry: behind some of its lines, and on lines of their own between them. */
const inside = fc.array(fc.record({ behind: maybe(word), above: maybe(word) }), { minLength: 4, maxLength: 4 })
type Inside = typeof inside extends fc.Arbitrary<infer T> ? T : never

/** Lines of an entry with comments in it; only behind what is a line of its own. */
function withInside(
  lines: readonly string[],
  index: number,
  pad: string,
  comments: Inside,
  isField: (line: string) => boolean,
): Draft[] {
  return lines.flatMap((line, row): Draft[] => {
    const { behind: tail, above } = comments[row % comments.length] ?? {}
    const text = tail === undefined || !isField(line) ? undefined : said('below', index, tail)
    const own = {
      text: `${line && pad + line}${text === undefined ? '' : `  ${text}`}`,
      of: [index],
      ...(text === undefined ? {} : { comment: { text, of: index } }),
    }
    const column = pad + ' '.repeat(Math.max(0, line.search(/\S/)))
    return above !== undefined && isField(line) && !line.includes('name:')
      ? [alone(column, 'below', index, above), own]
      : [own]
  })
}

const isBlockField = (line: string): boolean => /^(text: '|text: "|tags: \[|number|tags:$)/.test(line)
const isFlowField = (line: string): boolean => /^ +\w+: \S+$|,$/.test(line)

/** An entry's own lines, without what is around it, beginning with its name. */
const blockEntry = (index: number): fc.Arbitrary<readonly string[]> => {
  const value = fc.oneof(
    word.map((text) => [`text: ${text}`]),
    word.map((text) => [`text: '${text} # no comment, ''quoted'''`]),
    word.map((text) => [`text: "${text}\\t\\u00e9"`]),
    word.map((text) => ['text: |', `  ${text}`, '', '  # no comment', `  ${text}`]),
    word.map((text) => ['text: >-', `  ${text}`, `  ${text}`]),
    word.map((text) => ['text: plain', `  ${text}`]),
    fc.constantFrom(
      ['tags: [a, b]'],
      ['tags:', '  - a', '  - b'],
      ['number: 007'],
      ['"quoted": yes'],
      ['text:\tx'],
      [],
    ),
  )
  return fc.oneof(
    fc.array(value, { maxLength: 2 }).map((fields) => {
      const keys = new Set<string>()
      const fresh = fields.filter(
        ([first = '']) => first !== '' && !keys.has(first.split(':')[0] ?? '') && keys.add(first.split(':')[0] ?? ''),
      )
      return [`name: n${index}.`, ...fresh.flat()]
    }),
    word.map((text) => [`{ name: n${index}., text: ${text} }`]),
    word.map((text) => [`{name: n${index}., text: '${text}'}`]),
  )
}

/** A list with an entry below the other. */
export const blockList = (count: number): fc.Arbitrary<readonly Draft[]> =>
  fc
    .record({
      indent: fc.integer({ min: 0, max: 4 }),
      gap: fc.integer({ min: 1, max: 3 }),
      all: fc.array(around, { minLength: count, maxLength: count }),
      entries: fc.tuple(...Array.from({ length: count }, (_, index) => blockEntry(index))),
      comments: fc.array(inside, { minLength: count, maxLength: count }),
      about: maybe(word),
    })
    .map(({ indent, gap, all, entries, comments, about }) => {
      const pad = ' '.repeat(indent)
      const deeper = ' '.repeat(indent + 1 + gap)
      const items = entries.flatMap((own, index): Draft[] => {
        const {
          blank,
          above,
          behind: tail,
          below,
          gap: space,
        } = all[index] ?? { blank: false, above: undefined, behind: undefined, below: undefined, gap: ' ' }
        const [first = '', ...rest] = own
        return [
          ...(blank ? [{ text: '' }] : []),
          ...(above === undefined
            ? []
            : [isHeading(all, index) ? alone(pad, 'other', null, above) : alone(pad, 'above', index, above)]),
          behind(`${pad}-${' '.repeat(gap)}${first}`, index, tail, space),
          ...withInside(rest, index, deeper, comments[index] ?? [], isBlockField),
          ...(below === undefined ? [] : [alone(deeper, 'below', index, below)]),
        ]
      })
      return [behind('list:', null, about), ...items]
    })

const flowEntry = (index: number, text: string, manner: 'padded' | 'tight' | 'lines'): readonly string[] =>
  manner === 'lines'
    ? ['{', `  name: n${index}.,`, `  text: ${text}`, '}']
    : manner === 'tight'
      ? [`{name: n${index}., text: '${text}'}`]
      : [`{ name: n${index}., text: ${text} }`]

/** Brackets over several lines, with an entry or more on each. */
export const flowList = (count: number): fc.Arbitrary<readonly Draft[]> =>
  fc
    .record({
      indent: fc.integer({ min: 1, max: 4 }),
      all: fc.array(around, { minLength: count, maxLength: count }),
      texts: fc.array(word, { minLength: count, maxLength: count }),
      manner: fc.constantFrom('padded' as const, 'tight' as const, 'lines' as const),
      comments: fc.array(inside, { minLength: count, maxLength: count }),
      joined: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      together: fc.boolean(),
      trailing: fc.boolean(),
      opening: fc.boolean(),
      closing: fc.boolean(),
      about: maybe(word),
      end: maybe(word),
    })
    .map(({ indent, all, texts, manner, comments, joined, together, trailing, opening, closing, about, end }) => {
      const pad = ' '.repeat(indent)
      const drafts: Draft[] = opening ? [behind('list: [', null, about)] : []
      for (let index = 0; index < count;) {
        const from = index
        const own = [...flowEntry(index, texts[index] ?? '', manner)]
        while (together && joined[index] === true && index + 1 < count && manner !== 'lines')
          own[0] = `${own[0]}, ${flowEntry(++index, texts[index] ?? '', manner)[0]}`
        const names = Array.from({ length: index - from + 1 }, (_, nth) => from + nth)
        const {
          blank,
          above,
          behind: tail,
          gap,
        } = all[index] ?? { blank: false, above: undefined, behind: undefined, gap: ' ' }
        const isFirst = from === 0 && !opening
        if (!isFirst && blank) drafts.push({ text: '' })
        // Above a line of several it may be about any of them.
        if (!isFirst && above !== undefined && names.length === 1 && !together)
          drafts.push(headed(all, index) ? alone(pad, 'other', null, above) : alone(pad, 'above', index, above))
        const last = index === count - 1
        own[own.length - 1] = `${own.at(-1)}${last && !trailing ? '' : ','}${last && !closing ? ' ]' : ''}`
        const lines = own.map((line) => pad + line)
        if (isFirst) lines[0] = `list: [ ${own[0]}`
        const commented = behind(lines.at(-1) ?? '', index, last && !closing ? undefined : tail, gap)
        const before = lines.slice(0, -1)
        drafts.push(
          ...(isFirst
            ? before.map((text) => ({ text, of: names }))
            : withInside(
                before.map((line) => line.slice(indent)),
                index,
                pad,
                comments[index] ?? [],
                isFlowField,
              )),
          { ...commented, of: names },
        )
        index++
      }
      return closing ? [...drafts, behind(']', null, end)] : drafts
    })

/** As in a block; there are no comments below an entry here. */
const headed = (all: readonly Around[], at: number): boolean =>
  isHeading(
    all.map((one) => ({ ...one, below: undefined })),
    at,
  )

/** Brackets on one line. */
export const oneLine = (count: number): fc.Arbitrary<readonly Draft[]> =>
  fc.record({ about: maybe(word), padded: fc.boolean(), trailing: fc.boolean() }).map(({ about, padded, trailing }) => {
    const inside =
      Array.from({ length: count }, (_, index) => `{ name: n${index}., text: x }`).join(', ') + (trailing ? ',' : '')
    return [
      {
        ...behind(`list: [${padded ? ` ${inside} ` : inside}]`, null, about),
        of: Array.from({ length: count }, (_, index) => index),
      },
    ]
  })
