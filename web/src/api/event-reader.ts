/** One server-sent event: its id where it has one, and its data as one text. */
export interface StreamEvent {
  readonly id: string | null
  readonly data: string
}

/**
 * Cuts the text of a stream of server-sent events into events, however the network has cut it.
 *
 * Follows the event stream format of the HTML standard; events without data are none, comments keep a connection alive.
 */
export class EventReader {
  private rest = ''
  private id: string | null = null
  private data: string[] = []

  /** The events that are complete with this piece. */
  read(piece: string): StreamEvent[] {
    const events: StreamEvent[] = []
    const text = this.rest + piece
    // A carriage return at the end may be the first half of a line break.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text
    const lines = whole.split(/\r\n|\n|\r/)
    this.rest = (lines.pop() ?? '') + text.slice(whole.length)
    for (const line of lines) {
      if (line !== '') this.readField(line)
      else if (this.data.length > 0) events.push(this.take())
    }
    return events
  }

  private readField(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'data') this.data.push(value)
    else if (name === 'id' && !value.includes('\0')) this.id = value
  }

  private take(): StreamEvent {
    const event = { id: this.id, data: this.data.join('\n') }
    this.data = []
    return event
  }
}
