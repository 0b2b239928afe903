/** One thing that a model finds wrong with a value, in the words of Rails. */
export interface Complaint {
  readonly attribute: string
  readonly message: string
  /** The acting account's role is too low for it. */
  readonly elevated?: boolean
}

/** A record that its model refuses. */
export class Invalid extends Error {
  readonly complaints: readonly Complaint[]

  constructor(complaints: readonly Complaint[]) {
    super(
      'Validation failed: ' +
        complaints.map(({ attribute, message }) => `${humanize(attribute)} ${message}`).join(', '),
    )
    this.complaints = complaints
  }
}

/** An HTTP answer other than success. */
export class Refusal extends Error {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`HTTP ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export const NOT_FOUND = { error: 'Record not found' }
export const NOT_ALLOWED = { error: 'This action is not allowed' }

/** Throws where a model has complaints. */
export function demand(complaints: readonly Complaint[]): void {
  if (complaints.length > 0) throw new Invalid(complaints)
}

function humanize(attribute: string): string {
  const words = attribute.replaceAll('_', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
